import type { Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** `unevaluatedProperties` and `unevaluatedItems`: what no other keyword has looked at. */
export function addUnevaluated(schema: Schema, context: KeywordContext): void {
  if (context.version < 2019) return
  const properties = context.inner('unevaluatedProperties')
  if (properties) {
    context.scope.compiler.track()
    schema.lastOfObject.push((value, frame) => {
      for (const [name, member] of Object.entries(value)) {
        if (frame.evaluated?.has(name)) continue
        frame.member(properties, member, 'unevaluatedProperties', name)
      }
      frame.evaluated?.addAll()
    })
  }
  const items = context.inner('unevaluatedItems')
  if (!items) return
  context.scope.compiler.track()
  schema.lastOfArray.push((value, frame) => {
    for (const [index, item] of value.entries()) {
      if (frame.evaluated?.has(index)) continue
      frame.member(items, item, 'unevaluatedItems', index)
    }
    frame.evaluated?.addAll()
  })
}
