import type { Command, Option } from 'commander'

/** A command as shells need to know it. */
export interface CommandOutline {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionOutline[]
  /** What the first argument may be; any file where nothing is said. */
  readonly choices: readonly string[]
}

export interface OptionOutline {
  /** `o`, without its dash. */
  readonly short: string | undefined
  /** `output`, without its dashes. */
  readonly long: string
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** The commands of a program that its help shows. */
export function outlineCommands(program: Command): readonly CommandOutline[] {
  const help = program.createHelp()
  return help.visibleCommands(program).map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).flatMap(outlineOption),
    choices:
      command.name() === 'help'
        ? program.commands.map((each) => each.name())
        : (command.registeredArguments[0]?.argChoices ?? []),
  }))
}

function outlineOption(option: Option): readonly OptionOutline[] {
  const { short, long, description, required, optional, argChoices = [] } = option
  if (!long) return []
  return [
    {
      short: short?.replace(/^-/, ''),
      long: long.replace(/^--/, ''),
      description,
      takesValue: required || optional,
      choices: argChoices,
    },
  ]
}
