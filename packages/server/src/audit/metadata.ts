/** Which headers of a request are written down, by their names in lower case. Without any, none are. */
export interface MetadataRules {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** Headers by name. */
export type AuditMetadata = Readonly<Record<string, { readonly values: readonly string[] }>>

/** They say who somebody is to whoever has them. Cerbos leaves the first and the last out. */
const SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'grpc-trace-bin',
])

/** The headers that the rules let into the log. */
export function auditMetadata(
  { include, exclude }: MetadataRules,
  headers: Iterable<readonly [string, readonly string[]]>,
): AuditMetadata | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined
  const entries = [...headers].flatMap(([name, values]) => {
    const isWanted = include.length === 0 || include.includes(name)
    const isLeftOut = SECRET.has(name) || exclude.includes(name) || values.length === 0
    return isWanted && !isLeftOut ? [[name, { values }] as const] : []
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
