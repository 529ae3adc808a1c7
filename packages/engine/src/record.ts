/**
 * Makes an object in which any name is just a name: nothing is inherited but an empty object. Those
 * of `Object.create(null)` are hash tables, which take ten times as long to make and to read.
 */
export function emptyRecord<Value>(): Record<string, Value> {
  return new NameTable() as Record<string, Value>
}

class NameTable {}
Object.setPrototypeOf(NameTable.prototype, null)
// Otherwise every record would have a `constructor`.
Reflect.deleteProperty(NameTable.prototype, 'constructor')
Object.freeze(NameTable.prototype)
