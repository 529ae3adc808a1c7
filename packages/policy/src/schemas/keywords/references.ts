import { splitFragment } from '../uri.ts'
import type { Frame, Schema } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** References to other schemas, fixed and dynamic. */
export function addReferences(schema: Schema, { json, version, scope }: KeywordContext): void {
  const add = (keyword: string, find: (target: Schema, frame: Frame) => Schema): void => {
    const reference = json.get(keyword)
    if (typeof reference !== 'string') return
    const target = scope.compiler.compileReference(scope, reference, keyword, scope.stack)
    schema.inPlace.push((value, frame) => {
      const failure = frame.samePlace(find(target, frame), value)
      if (failure) frame.fail(keyword, '', [failure])
    })
  }
  add('$ref', (target) => target)
  if (version >= 2019) add('$recursiveRef', outermostRecursive)
  if (version < 2020) return
  const reference = json.get('$dynamicRef')
  const { fragment } = splitFragment(typeof reference === 'string' ? reference : '')
  add('$dynamicRef', (target, frame) =>
    target.dynamicAnchor !== undefined && target.dynamicAnchor === fragment
      ? outermostAnchored(target, fragment, frame)
      : target,
  )
}

function outermostRecursive(target: Schema, { run }: Frame): Schema {
  if (!target.recursiveAnchor) return target
  return run.scope.find(({ recursiveAnchor }) => recursiveAnchor) ?? target
}

function outermostAnchored(target: Schema, anchor: string, { run }: Frame): Schema {
  for (const { dynamicAnchors } of run.scope) {
    // Another one, as in Cerbos: the target itself may be among those of an outer schema.
    const found = dynamicAnchors.find(
      (schema) => schema.dynamicAnchor === anchor && schema !== target,
    )
    if (found) return found
  }
  return target
}
