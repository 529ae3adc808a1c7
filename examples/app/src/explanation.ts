/** The decider's explanation as text for people, where it gave one. */
export function explanationText(explanation: unknown): string | undefined {
  if (explanation === undefined || explanation === null) return undefined
  if (typeof explanation === 'string') return explanation
  return JSON.stringify(explanation, null, 2)
}
