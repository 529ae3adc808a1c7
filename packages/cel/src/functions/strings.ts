import { BOOL, STRING } from '../types.ts'
import { methods, type Overload } from './overload.ts'

/** Searching in strings. */
// biome-ignore format: a table
export const STRINGS: readonly Overload[] = [
  ...methods('contains', [['contains_string', [STRING, STRING], BOOL, (text: string, part: string) => text.includes(part)]]),
  ...methods('startsWith', [['starts_with_string', [STRING, STRING], BOOL, (text: string, prefix: string) => text.startsWith(prefix)]]),
  ...methods('endsWith', [['ends_with_string', [STRING, STRING], BOOL, (text: string, suffix: string) => text.endsWith(suffix)]]),
]
