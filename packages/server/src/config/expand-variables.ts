/** Variables of the environment that a text names and nobody has set. */
export class UnsetVariables extends Error {
  override readonly name = 'UnsetVariables'
  readonly variables: readonly string[]

  constructor(variables: readonly string[]) {
    super(`not set: ${variables.map((variable) => `\`${variable}\``).join(', ')}`)
    this.variables = variables
  }
}

/**
 * Puts the values of variables into a text: `${NAME}`, or `${NAME:default}` for one that may be unset.
 * `$$` stands for a dollar sign. @throws {UnsetVariables}
 */
export function expandVariables(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const unset = new Set<string>()
  const expanded = text.replaceAll(
    /\$\$|\$\{([A-Za-z_][\w.]*)(?::([^}]*))?\}/g,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (whole === '$$') return '$'
      const value = (name && env[name]) ?? fallback
      if (value === undefined && name) unset.add(name)
      return value ?? ''
    },
  )
  if (unset.size > 0) throw new UnsetVariables([...unset])
  return expanded
}
