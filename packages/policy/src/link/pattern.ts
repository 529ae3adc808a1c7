/**
 * Whether a pattern matches a resource kind: `*` is any run without `:`, `**` any run at all, and
 * a pattern that is only `*` matches everything.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name
  const glob = pattern === '*' ? '**' : pattern
  // reached[i]: the pattern read so far matches the first i characters of the name.
  let reached = [true, ...Array.from(name, () => false)]
  for (let at = 0; at < glob.length; at++) {
    const isRun = glob[at] === '*'
    const crosses = isRun && glob[at + 1] === '*'
    if (crosses) at += 1
    const next: boolean[] = [isRun && (reached[0] ?? false)]
    for (let end = 1; end <= name.length; end++) {
      const unit = name[end - 1]
      const extended = isRun && (crosses || unit !== ':') && (next[end - 1] ?? false)
      const step = isRun
        ? (reached[end] ?? false)
        : unit === glob[at] && (reached[end - 1] ?? false)
      next.push(step || extended)
    }
    reached = next
  }
  return reached[name.length] ?? false
}
