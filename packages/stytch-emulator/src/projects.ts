import type { Project } from './emulation.ts'
import type { Ids } from './ids.ts'
import { createKeyRing, generateSigningKey, type SigningKey } from './keys.ts'
import { type ProjectSeed, projectSettings, type Seed } from './seed.ts'
import { SeedError, type SeedProblem } from './seed-error.ts'
import type { ProjectSnapshot, Snapshot } from './snapshot/snapshot.ts'
import { createStore } from './store.ts'
import { testSigningKey } from './test-signing-keys.ts'

/** What projects are made from. */
interface Origin {
  readonly seed: Seed
  readonly ids: Ids
  /** Keys to sign with; `new` makes some, the package's own when left out. */
  readonly keys: readonly SigningKey[] | 'new' | undefined
  /** What a file holds of them already. */
  readonly held: Snapshot | undefined
}

type Projects = readonly [Project, ...Project[]]

/** The seed's projects, with nothing in them. */
export async function createProjects(
  { seed, ids, keys, held }: Origin,
  baseUrl: () => string,
): Promise<Projects> {
  const problems = held === undefined ? [] : differencesFrom(held, seed)
  if (problems.length > 0) throw new SeedError(problems)
  const create = async (projectSeed: ProjectSeed, index: number): Promise<Project> => {
    const credentials = held?.projects[index] && credentialsIn(held.projects[index])
    const settings = projectSettings({ ...projectSeed, ...credentials }, ids, baseUrl)
    const known = typeof keys === 'object' ? keys[index] : undefined
    const ready = keys === 'new' ? undefined : testSigningKey(settings.project_id, index)
    const key = known ?? ready ?? (await generateSigningKey())
    return { settings, keys: createKeyRing(key), store: createStore() }
  }
  const [first, ...others] = await Promise.all(seed.projects.map(create))
  if (first === undefined)
    throw new SeedError([
      { path: 'seed.projects', problem: 'expected at least one project, got none' },
    ])
  return [first, ...others]
}

function credentialsIn({
  project_id,
  secret,
  public_token,
}: ProjectSnapshot): Pick<ProjectSnapshot, 'project_id' | 'secret' | 'public_token'> {
  return { project_id, secret, public_token }
}

/** Where a seed says something else than what is kept: one of the two is not what is meant. */
function differencesFrom(held: Snapshot, seed: Seed): readonly SeedProblem[] {
  if (held.projects.length !== seed.projects.length)
    return [
      {
        path: 'seed.projects',
        problem: `there are ${seed.projects.length}, and ${held.projects.length} in the file that keeps the state; choose another file or delete it`,
      },
    ]
  return held.projects.flatMap((project, index) =>
    Object.entries(credentialsIn(project)).flatMap(([field, kept]) => {
      const said = seed.projects[index]?.[field as keyof ReturnType<typeof credentialsIn>]
      if (said === undefined || said === kept) return []
      const problem = `\`${said}\` is not what the file that keeps the state has; choose another file or delete it`
      return [{ path: `seed.projects[${index}].${field}`, problem }]
    }),
  )
}
