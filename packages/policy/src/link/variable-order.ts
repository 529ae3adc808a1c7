/** What each variable reads, by name; names that are not keys are ignored. */
export type Dependencies = ReadonlyMap<string, readonly string[]>

/** The names that can be reached from some, those included. */
export function reachableFrom(roots: Iterable<string>, dependencies: Dependencies): Set<string> {
  const reached = new Set<string>()
  const waiting = [...roots]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const reads = dependencies.get(name)
    if (reads === undefined || reached.has(name)) continue
    reached.add(name)
    waiting.push(...reads)
  }
  return reached
}

/** Names after those that they read, ties by name. Names that reach a cycle are left out. */
export function inDependencyOrder(
  names: ReadonlySet<string>,
  dependencies: Dependencies,
): string[] {
  const readers = reversed(names, dependencies)
  const unread = new Map<string, number>()
  for (const name of names) {
    const reads = new Set(dependencies.get(name) ?? [])
    unread.set(name, [...reads].filter((read) => names.has(read)).length)
  }
  const ordered: string[] = []
  let ready = [...names].filter((name) => unread.get(name) === 0)
  while (ready.length > 0) {
    ready.sort()
    ordered.push(...ready)
    const next: string[] = []
    for (const reader of ready.flatMap((name) => readers.get(name) ?? [])) {
      const rest = (unread.get(reader) ?? 0) - 1
      unread.set(reader, rest)
      if (rest === 0) next.push(reader)
    }
    ready = next
  }
  return ordered
}

/** The groups of names that read each other, or of a single one that reads itself; each sorted. */
export function findCycles(dependencies: Dependencies): string[][] {
  const names = new Set(dependencies.keys())
  const ordered = new Set(inDependencyOrder(names, dependencies))
  const suspects = new Set([...names].filter((name) => !ordered.has(name)))
  const readers = reversed(suspects, dependencies)
  const grouped = new Set<string>()
  const cycles: string[][] = []
  for (const name of suspects) {
    if (grouped.has(name)) continue
    const after = reachableFrom(dependencies.get(name) ?? [], dependencies)
    if (!after.has(name)) continue
    const before = reachableFrom([name], readers)
    const cycle = [...after].filter((other) => before.has(other))
    for (const member of cycle) grouped.add(member)
    cycles.push(cycle.sort())
  }
  return cycles
}

function reversed(names: ReadonlySet<string>, dependencies: Dependencies): Map<string, string[]> {
  const readers = new Map<string, string[]>([...names].map((name) => [name, []]))
  for (const name of names) {
    for (const read of new Set(dependencies.get(name) ?? [])) readers.get(read)?.push(name)
  }
  return readers
}
