/**
 * Throws for an option that is misspelt: ignored, it would let in what it was to keep out. `taker` is
 * what takes the options.
 */
export function refuseUnknownOptions(
  taker: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(known)
  const name = Object.keys(options).find((each) => !names.includes(each))
  if (name === undefined) return
  const near = names.find((each) => isNear(each.toLowerCase(), name.toLowerCase()))
  const hint = near === undefined ? `expected ${names.join(', ')}` : `did you mean \`${near}\`?`
  throw new TypeError(`${taker}: unknown option \`${name}\`; ${hint}`)
}

/** Whether two names differ at one place, by two letters at most. */
function isNear(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start += 1
  let end = 0
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end += 1
  return Math.max(one.length, other.length) - start - end <= 2
}
