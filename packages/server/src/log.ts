/** How much is logged, from all to errors only. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a line says besides its message. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where the server says what it does. Never told a token, a password or an attribute. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** What else a log may be told. */
export interface LogOptions {
  readonly clock?: () => number
  /** What every line says. */
  readonly fields?: LogFields
}

/** A log of lines of JSON with Cerbos's keys. */
export function jsonLog(
  write: (line: string) => void,
  level: LogLevel,
  { clock = Date.now, fields: common = {} }: LogOptions = {},
): Log {
  const at = (each: LogLevel) => (message: string, fields?: LogFields) => {
    if (LEVELS.indexOf(each) < LEVELS.indexOf(level)) return
    const line = {
      'log.level': each,
      '@timestamp': new Date(clock()).toISOString(),
      'log.logger': 'lockstitch.server',
      message,
      ...common,
      ...fields,
    }
    write(`${JSON.stringify(line)}\n`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log that says nothing. */
export const SILENT: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

function quiet(): void {}
