/**
 * Policies of a version: in two files that each allow what the version is called, and a file that both
 * import, whose role only that version gives. Whatever is decided by files of two versions allows less.
 */
export function policiesOf(version: number): Readonly<Record<string, object>> {
  const apiVersion = 'api.cerbos.dev/v1'
  const resourcePolicy = (resource: string): object => ({
    apiVersion,
    resourcePolicy: {
      resource,
      version: 'default',
      importDerivedRoles: ['common'],
      rules: [
        { actions: [`v${version}`], derivedRoles: [`of-${version}`], effect: 'EFFECT_ALLOW' },
      ],
    },
  })
  return {
    'common.json': {
      apiVersion,
      derivedRoles: {
        name: 'common',
        definitions: [{ name: `of-${version}`, parentRoles: ['user'] }],
      },
    },
    'a.json': resourcePolicy('a'),
    'b.json': resourcePolicy('b'),
  }
}

/** A request that every version answers otherwise. */
export function askingFor(versions: number): object {
  const actions = Array.from({ length: versions }, (_, version) => `v${version}`)
  return {
    principal: { id: 'x', roles: ['user'] },
    resources: ['a', 'b'].map((kind) => ({ resource: { kind, id: '1' }, actions })),
  }
}

/** The version that has decided, if it was one. @throws where it was not. */
export function versionOf(answer: unknown): number {
  const { results } = answer as {
    readonly results: readonly { readonly actions: Readonly<Record<string, string>> }[]
  }
  const allowed = results.map(({ actions }) =>
    Object.keys(actions).filter((action) => actions[action] === 'EFFECT_ALLOW'),
  )
  const [ofA = [], ofB = []] = allowed
  const [version] = ofA
  if (ofA.length === 1 && ofB.length === 1 && version === ofB[0] && version !== undefined)
    return Number(version.slice(1))
  throw new Error(`decided by no version: ${JSON.stringify(allowed)}`)
}
