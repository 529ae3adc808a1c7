/** Where text goes. */
export interface TextOutput {
  write(text: string): void
  /** A person reads it as it comes. */
  readonly isTerminal: boolean
  /** Characters in a line of the terminal; 80 where nobody knows. */
  readonly columns: number
}

/** All that the commands have to do with the process that they run in. */
export interface Io {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** The whole standard input. */
  readStdin(): Promise<string>
  /** Resolves at Ctrl-C or SIGTERM, instead of the end of the process, from the first call on. */
  interrupted(): Promise<void>
}

/** The process itself. */
export function processIo(): Io {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    readStdin,
    interrupted: () =>
      new Promise((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      }),
  }
}

function outputOf(stream: NodeJS.WriteStream): TextOutput {
  // Whoever reads may leave before the end, as `head` does.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    write: (text) => {
      stream.write(text)
    },
    isTerminal: stream.isTTY,
    get columns() {
      return stream.columns || 80
    },
  }
}

async function readStdin(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text
}
