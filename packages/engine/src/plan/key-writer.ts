/** JSON that tells zero from minus zero and keeps what JSON leaves out; of plain data alone. */
export class KeyWriter {
  /** Objects that are met more than once are written more than once. */
  #left = 1000

  textOf(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value)
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value)
      case 'boolean':
      case 'undefined':
        return String(value)
      case 'object':
        return value === null ? 'null' : this.#textOfObject(value)
      default:
        return undefined
    }
  }

  #textOfObject(value: object): string | undefined {
    this.#left -= 1
    if (this.#left < 0) return undefined
    const isList = Array.isArray(value)
    let text = isList ? '[' : '{'
    for (const [name, each] of isList ? value.entries() : Object.entries(value)) {
      const part = this.textOf(each)
      if (part === undefined) return undefined
      text += typeof name === 'string' ? `${JSON.stringify(name)}:${part},` : `${part},`
    }
    return text + (isList ? ']' : '}')
  }
}
