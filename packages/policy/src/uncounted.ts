/**
 * The offsets of what Cerbos does not count when it tells a column, in their order: second halves of
 * characters that are two units, tabs that are neither in quotes nor indentation, and the space behind
 * a tag.
 */
export function uncountedOffsets(text: string): readonly number[] {
  const found: number[] = []
  const isPlain = !/[\t!]/.test(text)
  let quote = ''
  let isIndentation = true
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at] ?? ''
    if (unit >= '\uDC00' && unit <= '\uDFFF') found.push(at)
    if (isPlain) continue
    isIndentation = unit === '\n' || (isIndentation && (unit === ' ' || unit === '\t'))
    if (unit === '\n') quote = ''
    else if (quote !== '') {
      const isEscape = quote === '"' ? unit === '\\' : unit === "'" && text[at + 1] === "'"
      if (isEscape) at += 1
      else if (unit === quote) quote = ''
    } else if (unit === '\t' && !isIndentation) found.push(at)
    else if ((unit === '"' || unit === "'") && startsValue(text, at)) quote = unit
    else if (unit === '!' && startsValue(text, at)) {
      while (/[^\s,[\]{}]/.test(text[at + 1] ?? '\n')) at += 1
      if (text[at + 1] === ' ') found.push(at + 1)
    }
  }
  return found
}

/** Whether a value begins there, rather than goes on. */
function startsValue(text: string, at: number): boolean {
  let before = at - 1
  while (text[before] === ' ' || text[before] === '\t') before -= 1
  return before < 0 || /[\n\r,[{:?-]/.test(text[before] ?? '')
}
