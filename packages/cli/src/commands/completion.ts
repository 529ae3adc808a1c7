import { Argument, type Command } from 'commander'

import type { CommandContext } from './command-context.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof SHELLS)[number]

/** `lockstitch completion SHELL`: prints a script that completes commands, options and files. */
export function addCompletionCommand(program: Command, { io }: CommandContext): void {
  program
    .command('completion')
    .summary('print a script with which your shell completes commands and options')
    .description(
      'Prints a script with which a shell completes commands, options, their values and files. ' +
        'It asks nothing of this program again: print it anew after an update.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', examples)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/completion-script.ts')
      io.stdout.write(completionScript(program, shell))
    })
}

const examples = `
Examples:
  $ lockstitch completion bash > ~/.local/share/bash-completion/completions/lockstitch
  $ lockstitch completion zsh > "\${fpath[1]}/_lockstitch"
  $ lockstitch completion fish > ~/.config/fish/completions/lockstitch.fish
`
