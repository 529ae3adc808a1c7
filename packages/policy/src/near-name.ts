/**
 * The candidate that a misspelt name most likely means, or undefined when none is near: at most a
 * third of the name may differ. Case alone counts as nothing, so `Owner` finds `owner`.
 */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Says which option is none of those that there are, if one is, and which one may be meant. */
export function unknownOption(given: object, known: readonly string[]): string | undefined {
  const name = Object.keys(given).find((each) => !known.includes(each))
  if (name === undefined) return undefined
  const near = nearName(name, known)
  const hint = near === undefined ? `expected ${known.join(', ')}` : `did you mean \`${near}\`?`
  return `unknown option \`${name}\`; ${hint}`
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one text into the other;
 * at least `limit` as soon as it is clear that there are that many, since a misspelt name of a large
 * policy set is compared with every other name.
 */
function editDistance(from: string, to: string, limit: number): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  let nearest = 0
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    const nearestBefore = nearest
    nearest = row
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1)
      }
      current.push(cost)
      if (cost < nearest) nearest = cost
    }
    // A swap reaches two rows back, at the cost of one more.
    if (nearest >= limit && nearestBefore + 1 >= limit) return limit
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
