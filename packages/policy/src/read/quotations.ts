/** What is wrong with a quotation, if it is one, that the parser takes, and what follows it in the file. */
export function quotationProblem(written: string, behind: string): string | undefined {
  if (!CLOSED.test(written)) return 'this quotation does not end'
  return losesText(written, behind) ? 'a tab in double quotes is written `\\t`' : undefined
}

// What is none counts as closed. The parser takes the quotes in `"a\"` or `'a''` for the end, where another line follows.
const CLOSED = /^(?:(?!["'])|"(?:[^"\\]|\\[\s\S])*"$|'(?:[^']|'')*'$)/

/**
 * Cerbos does not read as many characters behind double quotes as there are tabs in them: a comma, a line
 * break, or the next word.
 */
function losesText(written: string, behind: string): boolean {
  if (!written.startsWith('"')) return false
  // But for those that a line begins or ends with.
  const tabs = written.replace(/\s*\n\s*/g, '').match(/\t(?!")/g)
  return /[^ ]/.test(behind.slice(0, tabs?.length ?? 0)) && behind.trim() !== ''
}
