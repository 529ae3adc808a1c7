import {
  addUnlistedNode,
  createDocument,
  draftOf,
  findNode,
  requireSoundId,
  resolveReference,
  type SchemaDocument,
  type SchemaNode,
} from './documents.ts'
import { type Draft, findDraft } from './drafts.ts'
import { violationsOf } from './failure.ts'
import { quote } from './go-text.ts'
import { addKeywords } from './keywords.ts'
import { EARLY_METASCHEMAS } from './metaschemas-early.ts'
import { METASCHEMAS_WITH_VOCABULARIES } from './metaschemas-vocabularies.ts'
import { fromPlain, isSchemaObject, type SchemaJson, toPlain } from './schema-json.ts'
import { SchemaLoadError } from './schema-load-error.ts'
import { splitFragment } from './uri.ts'
import { Frame, Run, type Schema, validate } from './validate.ts'

/** Delivers the JSON at a URL, or throws a {@link SchemaLoadError}. */
export type LoadJson = (url: string) => SchemaJson

/** A schema and whether validating by it needs to know what was looked at. */
export interface CompiledSchema {
  readonly schema: Schema
  readonly tracks: boolean
}

/** A step from one schema to another one for the same value. */
interface StackEntry {
  readonly keyword: string
  readonly schema: Schema
}

/** The schemas on the way to one, for the same value: meeting one again would never end. */
export type Stack = readonly StackEntry[]

/** Compiles schemas and whatever they refer to, each once. */
export class SchemaCompiler {
  readonly #load: LoadJson
  /** Metaschemas are valid by definition, and could not be checked by themselves anyway. */
  readonly #checksSchemas: boolean
  readonly #documents = new Map<string, SchemaDocument>()
  readonly #schemas = new Map<SchemaNode, Schema>()
  #tracks = false

  constructor(load: LoadJson, checksSchemas = true) {
    this.#load = load
    this.#checksSchemas = checksSchemas
  }

  /** The schema at a URL. Throws a {@link SchemaLoadError} when there is none that can be used. */
  compile(url: string): CompiledSchema {
    const schema = this.#compileUrl(url, [], '')
    return { schema, tracks: this.#tracks }
  }

  /** The schema that a reference in a document means. */
  compileReference(from: SchemaScope, reference: string, keyword: string, stack: Stack): Schema {
    return this.#compileUrl(
      resolveReference(from.node.base, reference),
      stack,
      keyword,
      from.document,
    )
  }

  /** A schema inside another one. */
  compileInside(
    { document, node }: SchemaScope,
    step: string,
    stack: Stack,
    keyword: string,
  ): Schema {
    const inner = document.nodes.get(`${node.pointer}/${step}`)
    if (!inner) throw SchemaLoadError.of(`${document.url}#${node.pointer}/${step} not found`)
    return this.#compileNode(document, inner, stack, keyword)
  }

  /** Notes that a schema asks for what the others have not looked at. */
  track(): void {
    this.#tracks = true
  }

  #compileUrl(full: string, stack: Stack, keyword: string, from?: SchemaDocument): Schema {
    const { url, fragment } = splitFragment(full)
    if (this.#checksSchemas && fragment === '' && findDraft(url)) return metaschema(url).schema
    const document = from?.ids.has(url) ? from : this.#document(url)
    // The library that Cerbos uses begins with the document, whatever of it is asked for.
    const root = document.nodes.get('')
    if (root) this.#compileNode(document, root, [], '')
    const known = document === from ? url : document.url
    const node = findNode(document, known, fragment)
    if (!node) throw SchemaLoadError.of(`${full} not found`)
    if (!document.nodes.has(node.pointer)) {
      this.#requireValid(node.json, document.draft, node.pointer)
      addUnlistedNode(document, node)
    }
    return this.#compileNode(document, document.nodes.get(node.pointer) ?? node, stack, keyword)
  }

  #document(url: string): SchemaDocument {
    const known = this.#documents.get(url)
    if (known) return known
    const root = builtIn(url) ?? this.#load(url)
    const draft = this.#draft(root, url)
    requireSoundId(root, draft)
    this.#requireValid(root, draft, '')
    const document = createDocument(root, url, draft)
    this.#documents.set(url, document)
    return document
  }

  #draft(root: SchemaJson, url: string): Draft {
    const draft = draftOf(root, url)
    return typeof draft === 'string' ? this.#document(draft).draft : draft
  }

  #requireValid(json: SchemaJson, draft: Draft, pointer: string): void {
    if (!this.#checksSchemas) return
    const { schema, tracks } = metaschema(draft.url)
    const failure = validate(schema, toPlain(json), new Frame(new Run(tracks)))
    const [first] = failure ? violationsOf(failure) : []
    if (!first) return
    const where = `${draft.url}#${first.keyword}`
    throw SchemaLoadError.of(
      `${quote(pointer + first.path)} does not validate with ${where}: ${first.message}`,
    )
  }

  #compileNode(document: SchemaDocument, node: SchemaNode, stack: Stack, keyword: string): Schema {
    const known = this.#schemas.get(node)
    if (known) {
      requireNoLoop(stack, { keyword, schema: known })
      return known
    }
    const schema = emptySchema(document, node)
    this.#schemas.set(node, schema)
    if (typeof node.json === 'boolean') schema.always = node.json
    const next = [...stack, { keyword, schema }]
    schema.dynamicAnchors = this.#dynamicAnchors(document, node, schema)
    if (isSchemaObject(node.json)) {
      addKeywords(schema, node.json, { compiler: this, document, node, stack: next })
    }
    return schema
  }

  #dynamicAnchors(document: SchemaDocument, { pointer }: SchemaNode, schema: Schema): Schema[] {
    if (document.draft.version < 2020) return []
    const found: Schema[] = []
    for (const node of document.nodes.values()) {
      if (!isSchemaObject(node.json) || !node.json.has('$dynamicAnchor')) continue
      if (node.pointer === pointer) found.push(schema)
      else if (node.pointer.startsWith(`${pointer}/`)) {
        found.push(this.#compileNode(document, node, [], ''))
      }
    }
    return found
  }
}

/** Where a schema that is being compiled stands. */
export interface SchemaScope {
  readonly compiler: SchemaCompiler
  readonly document: SchemaDocument
  readonly node: SchemaNode
  readonly stack: Stack
}

function requireNoLoop(stack: Stack, next: StackEntry): void {
  if (!stack.some(({ schema }) => schema === next.schema)) return
  const [first, ...others] = stack
  const steps = [...others, next].map(({ keyword }) => `/${keyword}`)
  throw SchemaLoadError.of(`infinite loop ${first?.schema.location}${steps.join('')}`)
}

function emptySchema({ url }: SchemaDocument, { pointer, json }: SchemaNode): Schema {
  const dynamicAnchor = isSchemaObject(json) ? json.get('$dynamicAnchor') : undefined
  return {
    location: `${url}#${pointer}`,
    always: undefined,
    checkType: undefined,
    any: [],
    object: [],
    array: [],
    string: [],
    number: [],
    inPlace: [],
    lastOfObject: [],
    lastOfArray: [],
    dynamicAnchor: typeof dynamicAnchor === 'string' ? dynamicAnchor : undefined,
    recursiveAnchor: isSchemaObject(json) && json.get('$recursiveAnchor') === true,
    dynamicAnchors: [],
  }
}

function builtIn(url: string): SchemaJson | undefined {
  const found = METASCHEMAS_WITH_VOCABULARIES.get(url) ?? EARLY_METASCHEMAS.get(url)
  return found && fromPlain(found)
}

/** The metaschemas never change, so that all compilers may share them. */
const metaschemas = new Map<string, CompiledSchema>()

function metaschema(url: string): CompiledSchema {
  const draftUrl = findDraft(url)?.url ?? url
  const known = metaschemas.get(draftUrl)
  if (known) return known
  const compiler = new SchemaCompiler((missing) => {
    throw SchemaLoadError.of(`no Loader found for ${missing}`)
  }, false)
  const compiled = compiler.compile(draftUrl)
  metaschemas.set(draftUrl, compiled)
  return compiled
}
