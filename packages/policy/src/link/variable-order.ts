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

/** Names after those that they read, ties by name. Names on a cycle are left out. */
export function inDependencyOrder(
  names: ReadonlySet<string>,
  dependencies: Dependencies,
): string[] {
  const ordered: string[] = []
  const done = new Set<string>()
  let waiting = [...names].sort()
  for (;;) {
    const isReady = (name: string): boolean =>
      (dependencies.get(name) ?? []).every((read) => done.has(read) || !names.has(read))
    const ready = waiting.filter(isReady)
    if (ready.length === 0) return ordered
    for (const name of ready) done.add(name)
    ordered.push(...ready)
    waiting = waiting.filter((name) => !done.has(name))
  }
}

/** The groups of names that read each other, or of a single one that reads itself; each sorted. */
export function findCycles(dependencies: Dependencies): string[][] {
  const cycles: string[][] = []
  const grouped = new Set<string>()
  for (const name of dependencies.keys()) {
    if (grouped.has(name)) continue
    const reads = dependencies.get(name) ?? []
    if (!reachableFrom(reads, dependencies).has(name)) continue
    const group = [...reachableFrom([name], dependencies)].filter((other) =>
      reachableFrom([other], dependencies).has(name),
    )
    for (const member of group) grouped.add(member)
    cycles.push(group.sort())
  }
  return cycles
}
