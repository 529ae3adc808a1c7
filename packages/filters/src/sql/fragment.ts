/** A piece of SQL: text, and the values that are sent beside it. */
export type Fragment = readonly (string | Parameter)[]

interface Parameter {
  readonly value: string | number
}

/** A parameter: a value never becomes text. */
export function parameter(value: string | number): Fragment {
  return [{ value }]
}

/** SQL out of other pieces of it. */
export function sql(
  texts: TemplateStringsArray,
  ...parts: readonly (string | Fragment)[]
): Fragment {
  return texts.flatMap((text, index) => {
    const part = parts[index]
    return part === undefined ? [text] : typeof part === 'string' ? [text, part] : [text, ...part]
  })
}

/** Pieces with a separator between them. */
export function separated(parts: readonly Fragment[], separator: string): Fragment {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]))
}
