import { setFlagsFromString } from 'node:v8'

/** Commands that mostly end within a second or two. */
const SHORT: ReadonlySet<string | undefined> = new Set(['compile', 'test'])

/**
 * Makes V8 wait longer before it optimises a function. Of a run that short it spends two fifths of the
 * time on optimising, which then hardly pays; code that stays hot is optimised all the same. Later
 * versions of V8 have settled this and do not know the flag.
 */
export function prepareForShortRun(args: readonly string[]): void {
  const isNode20 = process.versions.node.startsWith('20.')
  const stays = args.includes('--watch') || args.includes('-w')
  const isShort = SHORT.has(args[0]) && !stays
  if (isNode20 && isShort) setFlagsFromString('--interrupt-budget=600000')
}
