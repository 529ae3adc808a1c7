import { quote } from './go-text.ts'
import { type SchemaJson, SchemaNumber } from './schema-json.ts'

/** Why a text is no JSON, in the words of Go's decoder, which Cerbos shows. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError'
}

/**
 * Reads JSON. Like Cerbos it looks only at the first value of the text and refuses a second one, but
 * not every other character after it.
 */
export function parseJson(text: string): SchemaJson {
  const reader = new JsonReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

const MAX_DEPTH = 500
const SPACE = /[ \t\n\r]*/y
const PLAIN_CHARS = /[^"\\\p{Cc}]*/uy
const LITERALS = { t: ['true', true], f: ['false', false], n: ['null', null] } as const
const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }),
)

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): SchemaJson {
    if (depth > MAX_DEPTH) throw new JsonTextError(`more than ${MAX_DEPTH} levels`)
    this.#skipSpace()
    const char = this.#peek()
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#list(depth)
    if (char === '"') return this.#string()
    if (char === '-' || isDigit(char)) return this.#number()
    if (char === 't' || char === 'f' || char === 'n') return this.#literal(char)
    if (char === '' && depth === 0) throw new JsonTextError('EOF')
    throw this.#unexpected('looking for beginning of value')
  }

  end(): void {
    this.#skipSpace()
    const char = this.#peek()
    if (char === '' || !/[-[{"\dtf]/.test(char)) return
    let next: string
    try {
      const second = char === '[' || char === '{' ? char : this.value(0)
      next = second instanceof SchemaNumber ? second.text : String(second)
    } catch {
      return
    }
    throw new JsonTextError(`invalid character ${next} after top-level value`)
  }

  #object(depth: number): SchemaJson {
    const members = new Map<string, SchemaJson>()
    this.#at++
    this.#skipSpace()
    if (this.#take('}')) return members
    for (;;) {
      this.#skipSpace()
      if (this.#peek() !== '"') throw this.#unexpected('looking for beginning of object key string')
      const name = this.#string()
      this.#skipSpace()
      if (!this.#take(':')) throw this.#unexpected('after object key')
      members.set(name, this.value(depth + 1))
      this.#skipSpace()
      if (this.#take('}')) return members
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair')
    }
  }

  #list(depth: number): SchemaJson {
    const items: SchemaJson[] = []
    this.#at++
    this.#skipSpace()
    if (this.#take(']')) return items
    for (;;) {
      items.push(this.value(depth + 1))
      this.#skipSpace()
      if (this.#take(']')) return items
      if (!this.#take(',')) throw this.#unexpected('after array element')
    }
  }

  #string(): string {
    let value = ''
    this.#at++
    for (;;) {
      value += this.#match(PLAIN_CHARS)
      if (this.#take('"')) return value
      if (this.#take('\\')) value += this.#escape()
      else if (/[\x7f-\x9f]/.test(this.#peek())) value += this.#text[this.#at++]
      else throw this.#unexpected('in string literal')
    }
  }

  #escape(): string {
    const char = this.#peek()
    const simple = ESCAPES.get(char)
    if (simple === undefined && char !== 'u') throw this.#unexpected('in string escape code')
    this.#at++
    if (simple !== undefined) return simple
    for (let count = 0; count < 4; count++) {
      if (!/[\dA-Fa-f]/.test(this.#peek())) {
        throw this.#unexpected('in \\u hexadecimal character escape')
      }
      this.#at++
    }
    return String.fromCharCode(Number.parseInt(this.#text.slice(this.#at - 4, this.#at), 16))
  }

  #number(): SchemaNumber {
    const start = this.#at
    this.#take('-')
    if (!this.#take('0')) this.#digits('in numeric literal')
    if (this.#take('.')) this.#digits('after decimal point in numeric literal')
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-')
      this.#digits('in exponent of numeric literal')
    }
    return new SchemaNumber(this.#text.slice(start, this.#at))
  }

  #digits(where: string): void {
    if (!isDigit(this.#peek())) throw this.#unexpected(where)
    while (isDigit(this.#peek())) this.#at++
  }

  #literal(first: keyof typeof LITERALS): boolean | null {
    const [name, value] = LITERALS[first]
    for (const char of name) {
      if (!this.#take(char)) throw this.#unexpected(`in literal ${name} (expecting '${char}')`)
    }
    return value
  }

  #skipSpace(): void {
    this.#match(SPACE)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found = ''] = pattern.exec(this.#text) ?? []
    this.#at += found.length
    return found
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at++
    return true
  }

  #unexpected(where: string): JsonTextError {
    const code = this.#text.codePointAt(this.#at)
    if (code === undefined) return new JsonTextError('unexpected EOF')
    return new JsonTextError(`invalid character ${quoteByte(firstByte(code))} ${where}`)
  }
}

/** Go names the first byte of what it did not expect. */
function firstByte(code: number): number {
  if (code < 0x80) return code
  if (code < 0x800) return 0xc0 | (code >> 6)
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
}

function quoteByte(byte: number): string {
  return byte === 0x22 ? `'"'` : quote(String.fromCharCode(byte))
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char !== ''
}
