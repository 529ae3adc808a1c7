import type { JsonValue } from '../../linked.ts'
import { canonicalText } from '../equality.ts'
import type { Failure } from '../failure.ts'
import { Frame, type Schema, validate } from '../validate.ts'
import type { KeywordContext } from './context.ts'

/** What the items of an array must be, and how many. */
export function addArrayKeywords(schema: Schema, context: KeywordContext): void {
  addCounts(schema, context)
  if (context.json.get('uniqueItems') === true) {
    schema.array.push((value, frame) => {
      const [first, second] = findEqual(value) ?? []
      if (second === undefined) return
      frame.fail('uniqueItems', `items at index ${first} and ${second} are equal`)
    })
  }
  if (context.version >= 2020) addItems(schema, context)
  else addEarlyItems(schema, context)
  if (context.version >= 6) addContains(schema, context)
}

function addCounts(schema: Schema, context: KeywordContext): void {
  const least = context.number('minItems')?.value
  const most = context.number('maxItems')?.value
  if (least !== undefined) {
    schema.array.push(({ length }, frame) => {
      if (length >= least) return
      frame.fail('minItems', `minimum ${least} items required, but found ${length} items`)
    })
  }
  if (most !== undefined) {
    schema.array.push(({ length }, frame) => {
      if (length <= most) return
      frame.fail('maxItems', `maximum ${most} items required, but found ${length} items`)
    })
  }
}

/** The first item that an earlier one equals, with the first of those. */
function findEqual(items: readonly JsonValue[]): readonly [number, number] | undefined {
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const text = canonicalText(item)
    const earlier = seen.get(text)
    if (earlier !== undefined) return [earlier, index]
    seen.set(text, index)
  }
  return undefined
}

function addItems(schema: Schema, context: KeywordContext): void {
  const prefix = context.list('prefixItems', 'inner')
  const rest = context.inner('items')
  if (prefix.length === 0 && !rest) return
  schema.array.push((value, frame) => {
    for (const [index, item] of value.entries()) {
      const own = prefix[index]
      if (own) frame.member(own.schema, item, own.keyword, index)
      else if (rest) frame.member(rest, item, 'items', index)
      else return
      frame.evaluated?.add(index)
    }
  })
}

/** Until 2019-09 `items` was both, and `additionalItems` what `items` is now. */
function addEarlyItems(schema: Schema, context: KeywordContext): void {
  const each = context.inner('items')
  if (each) {
    schema.array.push((value, frame) => {
      for (const [index, item] of value.entries()) frame.member(each, item, 'items', index)
      frame.evaluated?.addAll()
    })
    return
  }
  const positions = context.list('items', 'inner')
  if (!Array.isArray(context.json.get('items'))) return
  const additional = context.json.get('additionalItems')
  const rest = typeof additional === 'boolean' ? undefined : context.inner('additionalItems')
  schema.array.push((value, frame) => {
    for (const [index, item] of value.entries()) {
      const own = positions[index]
      if (own) frame.member(own.schema, item, own.keyword, index)
      else if (rest) frame.member(rest, item, 'additionalItems', index)
      else break
      frame.evaluated?.add(index)
    }
    if (additional === true) frame.evaluated?.addAll()
    if (additional === false && value.length > positions.length) {
      const counts = `only ${positions.length} items are allowed, but found ${value.length} items`
      frame.fail('additionalItems', counts)
    }
  })
}

function addContains(schema: Schema, context: KeywordContext): void {
  const wanted = context.inner('contains')
  if (!wanted) return
  const counts = context.version >= 2019
  const least = (counts ? context.number('minContains')?.value : undefined) ?? 1
  const most = (counts ? context.number('maxContains')?.value : undefined) ?? Infinity
  schema.array.push((value, frame) => {
    const causes: Failure[] = []
    let found = 0
    for (const [index, item] of value.entries()) {
      const failure = validate(wanted, item, new Frame(frame.run))
      if (failure) {
        causes.push({ message: '', keyword: 'contains', step: index, causes: [failure] })
        continue
      }
      found++
      if (context.version >= 2020) frame.evaluated?.add(index)
    }
    if (found < least) {
      frame.fail('minContains', `valid must be >= ${least}, but got ${found}`, causes)
    }
    if (found > most) frame.fail('maxContains', `valid must be <= ${most}, but got ${found}`)
  })
}
