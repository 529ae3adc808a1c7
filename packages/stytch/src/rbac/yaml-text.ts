/** What the import writes: maps, lists and scalars. */
export type YamlValue =
  | string
  | boolean
  | readonly YamlValue[]
  | { readonly [name: string]: YamlValue }

/** YAML in blocks, but for lists of plain values, which stand in a line as people write them. */
export function yamlText(value: YamlValue, indent = ''): string {
  if (typeof value === 'string') return scalar(value)
  if (typeof value === 'boolean') return String(value)
  if (isList(value)) {
    if (value.every((item) => typeof item === 'string')) return `[${value.map(scalar).join(', ')}]`
    return value.map((item) => `\n${indent}- ${yamlText(item, `${indent}  `).trimStart()}`).join('')
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  return entries.map(([name, of]) => `\n${indent}${scalar(name)}:${after(of, indent)}`).join('')
}

function after(value: YamlValue, indent: string): string {
  const text = yamlText(value, `${indent}  `)
  return text.startsWith('\n') ? text : ` ${text}`
}

/** A comment of one line, whatever is in the text. */
export function yamlComment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim()}`
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value)
}

const plain = /^[A-Za-z][\w./-]*$/
/** Words that YAML, in one version or another, takes for something else than text. */
const words = /^(?:true|false|yes|no|on|off|y|n|null)$/i

function scalar(text: string): string {
  return plain.test(text) && !words.test(text) ? text : JSON.stringify(text)
}
