import type { Project } from '../emulation.ts'
import { StytchFailure } from '../errors.ts'

/** The project whose id and secret the request carries as basic credentials. */
export function authenticateProject(
  projects: readonly Project[],
  authorization: string | undefined,
): Project {
  const [projectId, secret] = basicCredentials(authorization)
  const project = projects.find(
    ({ settings }) => settings.project_id === projectId && settings.secret === secret,
  )
  if (project !== undefined) return project
  const hint = projectId?.startsWith('project-live-')
    ? 'These look like live credentials. The emulator never accepts them.'
    : 'The emulator has no project with this id and secret.'
  throw new StytchFailure('unauthorized_credentials', undefined, { emulator: hint })
}

/** The name and the secret of a basic `Authorization` header, if it is one. */
export function basicCredentials(
  authorization: string | undefined,
): readonly (string | undefined)[] {
  const encoded = /^basic (.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)]
}
