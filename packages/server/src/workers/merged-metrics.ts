/** Figures of several processes as those of one server: each sample has the number of its worker. */
export function mergedMetrics(texts: ReadonlyMap<number, string>): string {
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>()
  for (const [worker, text] of [...texts].sort(([a], [b]) => a - b)) {
    let family = { head: [] as string[], samples: [] as string[] }
    let isNew = false
    for (const line of text.split('\n')) {
      const [, kind, name = ''] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? []
      if (kind === 'HELP') {
        isNew = !families.has(name)
        family = families.get(name) ?? { head: [], samples: [] }
        families.set(name, family)
      }
      if (kind !== undefined) {
        if (isNew) family.head.push(line)
      } else if (line !== '') family.samples.push(withWorker(line, worker))
    }
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples, '']).join('\n')
}

/** `name{a="b"} 1` and `name 1`; values of labels may have any sign in them. */
function withWorker(line: string, worker: number): string {
  const [name = ''] = /^[^{ ]+/.exec(line) ?? []
  const rest = line.slice(name.length)
  const label = `worker="${worker}"`
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`
}
