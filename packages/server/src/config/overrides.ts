import { parse } from 'yaml'

/** A setting that the command line gives, which cannot be read. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError'
}

/**
 * Puts settings of the command line into a configuration: `server.httpListenAddr=:8080`, several with
 * commas between them, lists as `{a,b}`. A comma or a dot that means nothing has a backslash before it.
 */
export function override(config: unknown, settings: readonly string[]): unknown {
  let result = config
  for (const setting of settings) {
    for (const part of splitAt(setting, ',')) result = set(result, part)
  }
  return result
}

function set(config: unknown, text: string): unknown {
  const at = text.indexOf('=')
  if (at < 1) throw new OverrideError(`expected NAME=VALUE, got \`${text}\``)
  const path = splitAt(text.slice(0, at), '.').map(unescaped)
  return put(config, path, settingValue(text.slice(at + 1)))
}

function put(config: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const known = typeof config === 'object' && config !== null ? config : {}
  const inner = Object.entries(known).find(([each]) => each === name)?.[1]
  return { ...known, [name]: put(inner, rest, value) }
}

function settingValue(text: string): unknown {
  if (text.startsWith('{') && text.endsWith('}')) {
    const inside = text.slice(1, -1)
    return inside === '' ? [] : splitAt(inside, ',').map((each) => scalarOf(unescaped(each)))
  }
  return scalarOf(unescaped(text))
}

/** Numbers and truth values as such, everything else as text. */
function scalarOf(text: string): unknown {
  if (!/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.test(text)) return text
  return parse(text, { intAsBigInt: true })
}

/** Splits where a sign stands outside of braces without a backslash before it. */
function splitAt(text: string, sign: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\' && at + 1 < text.length) {
      part += `\\${text.charAt(at + 1)}`
      at += 1
      continue
    }
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if (char === sign && depth === 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part]
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1')
}
