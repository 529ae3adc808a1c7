import type { Command } from 'commander'

const YES: ReadonlySet<string> = new Set(['true', 'yes', '1'])
const NO: ReadonlySet<string> = new Set(['false', 'no', '0'])

/**
 * Takes `--skip-tests=true` for `--skip-tests` and leaves `--skip-tests=false` out, so that what a
 * pipeline hands to Cerbos can be handed to us.
 */
export function withPlainFlags(args: readonly string[], program: Command): readonly string[] {
  const command = program.commands.find((each) => each.name() === args[0])
  if (command === undefined) return args
  const flags = new Set(
    command.options
      .filter(({ required, optional }) => !required && !optional)
      .map(({ long }) => long),
  )
  return args.flatMap((arg) => {
    const [, flag, value = ''] = /^(--[^=]+)=(.*)$/.exec(arg) ?? []
    if (flag === undefined || !flags.has(flag)) return [arg]
    if (YES.has(value)) return [flag]
    return NO.has(value) ? [] : [arg]
  })
}
