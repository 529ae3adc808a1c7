import { nearName } from '@lockstitch/policy'

import { parseDuration } from './duration.ts'

/** Something that is wrong in a configuration. */
export interface ConfigProblem {
  /** `server.tls.cert`. */
  readonly path: string
  readonly problem: string
}

/** A part of a configuration, as YAML has it. */
type Section = Readonly<Record<string, unknown>>

/**
 * Reads the settings of a part of a configuration. Whatever is asked for is known; what nobody asks for
 * is told by {@link SettingsReader.finish}, because a setting that does nothing may be a misspelt one
 * that was to keep somebody out.
 */
export class SettingsReader {
  readonly #values: Section
  readonly #path: readonly string[]
  readonly #problems: ConfigProblem[]
  readonly #known = new Set<string>()
  readonly #parts: SettingsReader[] = []

  private constructor(values: Section, path: readonly string[], problems: ConfigProblem[]) {
    this.#values = values
    this.#path = path
    this.#problems = problems
  }

  /** Reads a whole configuration; what is wrong is added to the problems. */
  static of(values: unknown, problems: ConfigProblem[]): SettingsReader {
    const reader = new SettingsReader(isSection(values) ? values : {}, [], problems)
    if (values !== null && values !== undefined && !isSection(values)) {
      reader.#report('', 'expected settings by name')
    }
    return reader
  }

  /** Whether a setting is there. */
  has(name: string): boolean {
    return this.#take(name) !== undefined
  }

  text(name: string): string | undefined
  text(name: string, fallback: string): string
  text(name: string, fallback?: string): string | undefined {
    const value = this.#take(name)
    if (value === undefined) return fallback
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return this.#wrong(name, 'text', fallback)
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#take(name)
    if (value === undefined) return fallback
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    return this.#wrong(name, '`true` or `false`', fallback)
  }

  integer(
    name: string,
    fallback: number,
    {
      least = 0,
      most = Number.MAX_SAFE_INTEGER,
    }: { readonly least?: number; readonly most?: number } = {},
  ): number {
    const value = this.#take(name)
    if (value === undefined) return fallback
    const number = typeof value === 'string' && value !== '' ? Number(value) : value
    const isRight = typeof number === 'number' && Number.isInteger(number)
    if (isRight && number >= least && number <= most) return number
    return this.#wrong(name, `a whole number from ${least} to ${most}`, fallback)
  }

  /** In milliseconds. */
  duration(name: string): number | undefined
  duration(name: string, fallback: number): number
  duration(name: string, fallback?: number): number | undefined {
    const value = this.#take(name)
    if (value === undefined) return fallback
    const millis =
      typeof value === 'number' || typeof value === 'string'
        ? parseDuration(String(value))
        : undefined
    return millis ?? this.#wrong(name, 'a duration such as `30s`', fallback)
  }

  choice<Name extends string>(name: string, names: readonly Name[], fallback: Name): Name {
    const value = this.#take(name)
    if (value === undefined) return fallback
    const found = names.find((each) => each === value)
    if (found !== undefined) return found
    const near = typeof value === 'string' ? nearName(value, names) : undefined
    const hint = near === undefined ? '' : `; did you mean \`${near}\`?`
    return this.#wrong(name, `one of ${names.join(', ')}${hint}`, fallback)
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
    return this.#wrong(name, 'a list of texts', undefined)
  }

  /** Values by name, whatever they are. Integers are bigints. */
  record(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    return isSection(value) ? value : this.#wrong(name, 'values by name', undefined)
  }

  /** A part with settings of its own, empty where it is not there. */
  section(name: string): SettingsReader {
    const value = this.#take(name)
    if (value !== undefined && !isSection(value)) this.#wrong(name, 'settings by name', undefined)
    return this.#part(isSection(value) ? value : {}, name)
  }

  /** A list of parts. */
  sections(name: string): readonly SettingsReader[] {
    const value = this.#take(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) return this.#wrong(name, 'a list', [])
    return value.map((each: unknown, index) => this.#part(isSection(each) ? each : {}, name, index))
  }

  /** Takes settings that mean nothing here, however they look. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#take(name)
  }

  /** Says what is wrong with a setting. */
  report(name: string, problem: string): void {
    this.#report(name, problem)
  }

  /** Reports the settings that nobody asked for, here and in all parts. */
  finish(): void {
    for (const name of Object.keys(this.#values)) {
      if (this.#known.has(name)) continue
      const near = nearName(name, [...this.#known])
      this.#report(
        name,
        near === undefined ? 'unknown setting' : `unknown setting; did you mean \`${near}\`?`,
      )
    }
    for (const part of this.#parts) part.finish()
  }

  #part(values: Section, name: string, index?: number): SettingsReader {
    const path = [...this.#path, name, ...(index === undefined ? [] : [String(index)])]
    const part = new SettingsReader(values, path, this.#problems)
    this.#parts.push(part)
    return part
  }

  /** Null is a setting that is not there. */
  #take(name: string): unknown {
    this.#known.add(name)
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return typeof value === 'bigint' ? Number(value) : (value ?? undefined)
  }

  #wrong<Fallback>(name: string, expected: string, fallback: Fallback): Fallback {
    this.#report(name, `expected ${expected}`)
    return fallback
  }

  #report(name: string, problem: string): void {
    this.#problems.push({
      path: [...this.#path, ...(name === '' ? [] : [name])].join('.'),
      problem,
    })
  }
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
