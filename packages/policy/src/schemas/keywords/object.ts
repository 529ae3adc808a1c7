import { type CelError, compilePattern, isCelError } from '@lockstitch/cel'

import { isRegex } from '../formats.ts'
import { quote } from '../go-text.ts'
import { isSchemaList, isSchemaObject, textsOf } from '../schema-json.ts'
import type { Schema } from '../validate.ts'
import type { KeywordContext, NamedSchema } from './context.ts'

/** What the members of an object must be, and which there must be. */
export function addObjectKeywords(schema: Schema, context: KeywordContext): void {
  addCounts(schema, context)
  addRequired(schema, context)
  const properties = context.members('properties', 'inner')
  for (const { name, keyword, schema: wanted } of properties) {
    schema.object.push((value, frame) => {
      const member = Object.hasOwn(value, name) ? value[name] : undefined
      if (member === undefined) return
      frame.evaluated?.add(name)
      frame.member(wanted, member, keyword, name)
    })
  }
  const names = context.version >= 6 ? context.inner('propertyNames') : undefined
  if (names) {
    schema.object.push((value, frame) => {
      for (const name of Object.keys(value)) frame.member(names, name, 'propertyNames', name)
    })
  }
  if (context.json.get('regexProperties') === true) addRegexNames(schema)
  const patterns = context.members('patternProperties', 'inner').map(withPattern)
  addPatternProperties(schema, patterns)
  const isListed = (name: string): boolean =>
    listed.has(name) || patterns.some(({ matches }) => matches(name))
  const listed = new Set(properties.map(({ name }) => name))
  addAdditionalProperties(schema, context, isListed)
  addDependencies(schema, context)
}

function addCounts(schema: Schema, context: KeywordContext): void {
  const least = context.number('minProperties')?.value
  const most = context.number('maxProperties')?.value
  if (least !== undefined) {
    schema.object.push((value, frame) => {
      const { length } = Object.keys(value)
      if (length >= least) return
      const message = `minimum ${least} properties allowed, but found ${length} properties`
      frame.fail('minProperties', message)
    })
  }
  if (most !== undefined) {
    schema.object.push((value, frame) => {
      const { length } = Object.keys(value)
      if (length <= most) return
      const message = `maximum ${most} properties allowed, but found ${length} properties`
      frame.fail('maxProperties', message)
    })
  }
}

function addRequired(schema: Schema, { json }: KeywordContext): void {
  const required = textsOf(json.get('required'))
  if (required.length === 0) return
  schema.object.push((value, frame) => {
    if (required.every((name) => Object.hasOwn(value, name))) return
    const missing = required.filter((name) => !Object.hasOwn(value, name)).map(quote)
    frame.fail('required', `missing properties: ${missing.join(', ')}`)
  })
}

function addRegexNames(schema: Schema): void {
  schema.object.push((value, frame) => {
    for (const name of Object.keys(value)) {
      if (!isRegex(name)) {
        frame.fail('', `patternProperty ${quote(name)} is not valid regex`)
      }
    }
  })
}

interface PatternSchema extends NamedSchema {
  readonly matches: (name: string) => boolean
}

function withPattern(named: NamedSchema): PatternSchema {
  const matcher: CelError | { test(text: string): boolean } = compilePattern(named.name)
  return { ...named, matches: (name) => !isCelError(matcher) && matcher.test(name) }
}

function addPatternProperties(schema: Schema, patterns: readonly PatternSchema[]): void {
  for (const { keyword, schema: wanted, matches } of patterns) {
    schema.object.push((value, frame) => {
      for (const [name, member] of Object.entries(value)) {
        if (!matches(name)) continue
        frame.evaluated?.add(name)
        frame.member(wanted, member, keyword, name)
      }
    })
  }
}

function addAdditionalProperties(
  schema: Schema,
  context: KeywordContext,
  isListed: (name: string) => boolean,
): void {
  const allowed = context.json.get('additionalProperties')
  if (allowed === undefined) return
  const wanted = typeof allowed === 'boolean' ? undefined : context.inner('additionalProperties')
  schema.object.push((value, frame) => {
    frame.evaluated?.addAll()
    if (allowed === true) return
    const additional = Object.keys(value).filter((name) => !isListed(name))
    if (allowed === false && additional.length > 0) {
      const names = additional.sort().map(quote).join(', ')
      frame.fail('additionalProperties', `additionalProperties ${names} not allowed`)
    }
    if (!wanted) return
    for (const [name, member] of Object.entries(value)) {
      if (!isListed(name)) frame.member(wanted, member, 'additionalProperties', name)
    }
  })
}

function addDependencies(schema: Schema, context: KeywordContext): void {
  const keywords = context.version < 2019 ? ['dependencies'] : ['dependencies', 'dependentRequired']
  for (const keyword of keywords) {
    const dependencies = context.json.get(keyword)
    if (!isSchemaObject(dependencies)) continue
    for (const [name, value] of dependencies) {
      if (isSchemaList(value)) addRequiredWith(schema, keyword, name, textsOf(value))
    }
  }
  const schemas = [
    ...context.members('dependencies', 'same'),
    ...(context.version >= 2019 ? context.members('dependentSchemas', 'same') : []),
  ]
  for (const { name, keyword, schema: wanted } of schemas) {
    schema.object.push((value, frame) => {
      if (!Object.hasOwn(value, name)) return
      const failure = frame.samePlace(wanted, value)
      if (failure) frame.fail(keyword, '', [failure])
    })
  }
}

function addRequiredWith(
  schema: Schema,
  keyword: string,
  name: string,
  required: readonly string[],
): void {
  schema.object.push((value, frame) => {
    if (!Object.hasOwn(value, name)) return
    for (const [index, other] of required.entries()) {
      if (Object.hasOwn(value, other)) continue
      const message = `property ${quote(other)} is required, if ${quote(name)} property exists`
      frame.fail(`${keyword}/${name}/${index}`, message)
    }
  })
}
