import {
  Composer,
  type Document,
  type ParsedNode,
  Parser,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml'

import type { Report } from '../diagnostics.ts'
import { placeAt, unanchored } from '../place.ts'
import type { SourceText } from '../source.ts'
import { refuseMisread } from './misread.ts'
import { pathText } from './read-place.ts'
import { type Reading, reportInvalid } from './report-invalid.ts'
import { readSimpleYaml } from './simple-yaml.ts'
import { convertNode } from './yaml-convert.ts'
import type { YamlNode } from './yaml-node.ts'

/** Larger files are refused unread: policies are written by people. */
const MAX_FILE_LENGTH = 4 * 1024 * 1024

/**
 * Reads the one YAML or JSON document of a file. Undefined without a report means that the file is
 * empty or all comments.
 */
export function readYaml(source: SourceText, report: Report): YamlNode | undefined {
  if (source.text.length > MAX_FILE_LENGTH) {
    report('file-too-large', placeAt(source, { start: 0, end: 0 }), { limit: MAX_FILE_LENGTH })
    return undefined
  }
  return readSimpleYaml(source.text) ?? readFullYaml(source, report)
}

/** Reads everything that YAML has, and tells what is wrong with it. */
export function readFullYaml(source: SourceText, report: Report): YamlNode | undefined {
  const isMarked = source.text.startsWith('\uFEFF')
  // As with the first letter of a longer key: Cerbos takes the mark for a part of it.
  const text = isMarked ? source.text.replaceAll('\uFEFF', MARK_IN_KEY) : source.text
  const reading = { source, report }
  const documents = parse(text, reading)
  let end = Infinity
  for (const document of documents) {
    if (isMarked) restoreMarks(document)
    end = Math.min(end, reportProblem(document, reading))
  }
  if (end < Infinity) {
    reportEarlyMistakes(documents, reading, end)
    return undefined
  }
  if (documents.every(isBlank) && reportNoDocument(documents, reading)) return undefined
  // Directives such as `%YAML 1.2` count as a document of their own in Cerbos.
  const [first, second] = documents.filter((document) => !isBlank(document))
  const start = (first && directivesOf(first, source)) ?? second?.contents?.range[0]
  if (start !== undefined) {
    reportEarlyMistakes(documents, reading, end)
    report('multiple-documents', unanchored(placeAt(source, { start, end: start + 1 })), undefined)
    return undefined
  }
  if (!first?.contents) return undefined
  if (isMarked) {
    reportEarlyMistakes(documents, reading, end)
    reportByteOrderMark(source, report)
    return undefined
  }
  const { anchor, tag } = first.contents
  if ((anchor ?? tag) === undefined) {
    refuseMisread(first.contents, reading)
    return convertNode(first.contents, reading)
  }
  // Cerbos sees no mapping behind a label of the whole document.
  const at = LABEL.exec(source.text)?.[0].length ?? first.contents.range[0] + 1
  report('not-a-policy', placeAt(source, { start: at - 1, end: at }, '$'), { got: 'Mapping' })
  return undefined
}

const LABEL = /^(?:\s|#.*\n)*(?:---(?:\s|#.*\n)+)?[&!]/

/**
 * Reports what Cerbos's parser finds up to an offset, which is before it is seen that there is another document.
 */
function reportEarlyMistakes(
  documents: readonly ParsedDocument[],
  { source, report }: Reading,
  end: number,
): void {
  for (const { contents } of documents) {
    if (!contents) continue
    convertNode(contents, {
      source,
      report(code, place, ...rest) {
        const isEarly = code === 'duplicate-key' || code === 'invalid-yaml'
        if (isEarly && place.span.start < end) report(code, place, ...rest)
      },
    })
  }
}

/** Without a document there is nothing for a directive to be about, or for `...` to end. */
function reportNoDocument(documents: readonly ParsedDocument[], reading: Reading): boolean {
  const { source, report } = reading
  const start = source.text.search(/\S/)
  const place = placeAt(source, { start, end: start + 1 }, '$')
  if (source.text.startsWith('%', start)) {
    report('invalid-yaml', place, { problem: 'expected a document after the directive' })
    return true
  }
  const labelled = documents.find(({ contents }) => contents?.anchor ?? contents?.tag)
  const { anchor, tag, range } = labelled?.contents ?? {}
  if (anchor !== undefined && tag === undefined) {
    const at = source.text.lastIndexOf(`&${anchor}`, range?.[0])
    reportInvalid(reading, { start: at }, 'expected a value after the anchor')
    return true
  }
  const endsNothing = /^\.\.\.(?!\S)/.test(source.text.slice(start, start + 4))
  if (!endsNothing && labelled === undefined) return false
  report('not-a-policy', placeAt(source, { start: 0, end: 1 }, '$'), { got: 'Null' })
  return true
}

function reportByteOrderMark(source: SourceText, report: Report): void {
  const firstKey = /^\uFEFF([^:\n]*):/.exec(source.text)?.[1] ?? ''
  const path = pathText({ within: { within: undefined, key: '$' }, key: `\uFEFF${firstKey}` })
  report('byte-order-mark', placeAt(source, { start: 0, end: 1 }, path), { firstKey })
}

/** A letter for private use: the parser leaves it where it is. */
const MARK_IN_KEY = '\uE0FE'

function restoreMarks(document: ParsedDocument): void {
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string') {
        scalar.value = scalar.value.replaceAll(MARK_IN_KEY, '\uFEFF')
      }
    },
  })
}

type ParsedDocument = Document.Parsed<ParsedNode, true>

function parse(text: string, { source, report }: Reading): readonly ParsedDocument[] {
  try {
    const options = {
      // Every scalar is a string here: what it is, the conversion says as Cerbos does.
      schema: 'failsafe',
      // Duplicate keys are found by the conversion, which takes linear time.
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: 'silent',
    } as const
    // What the parser offers for this also prints errors, which nobody reads: half a kilobyte.
    const tokens = new Parser().parse(withLineFeeds(text))
    return [...new Composer<ParsedNode>(options).compose(tokens)]
  } catch (error) {
    // The parser recurses: brackets that are nested thousands deep end the stack.
    if (!(error instanceof RangeError)) throw error
    report('yaml-too-complex', placeAt(source, { start: 0, end: 0 }), {
      problem: 'it is nested too deeply',
    })
    return []
  }
}

/**
 * The parser takes a carriage return alone for a part of a comment, in YAML and in Cerbos it ends the
 * line: what follows would be a rule that nobody reads. No offset changes.
 */
function withLineFeeds(text: string): string {
  return text.replace(/\r(?!\n)/g, '\n')
}

/**
 * Reports the first problem only: what follows a syntax error is mostly its echo. The offset up to which Cerbos
 * may tell of something else; infinite without a problem.
 */
function reportProblem(document: ParsedDocument, reading: Reading): number {
  const { text } = reading.source
  const problem =
    document.errors.find((error) => !isComment(error, text)) ??
    document.warnings.find((warning) => !isTag(warning))
  if (problem === undefined) return Infinity
  const [start, end] = problem.pos
  if (isOpenQuote(problem)) {
    // The end of the file says nothing; where the quotation begins does.
    const opening = { start: openQuote(document, start) }
    reportInvalid(reading, opening, 'this quotation does not end')
    // Cerbos looks for the ends of quotations before all else.
    return 0
  }
  const [message = ''] = problem.message.split('\n')
  const lowerCase = message.charAt(0).toLowerCase() + message.slice(1)
  // The parser may mean the indentation of what it does not expect.
  const indentation = text.slice(start, start + 200).search(/[^ ]|$/)
  const span = { start: start + indentation, end: Math.max(start + indentation + 1, end) }
  reportInvalid(reading, span, lowerCase)
  return start
}

function isOpenQuote({ message }: YAMLParseError | YAMLWarning): boolean {
  return message.startsWith('Missing closing ')
}

/** A `#` right behind a bracket or a quotation begins a comment in Cerbos, too, but not behind `|` or `>`. */
function isComment({ message, pos: [start] }: YAMLParseError, text: string): boolean {
  return message.startsWith('Comments ') && !/[|>]/.test(text.charAt(start - 1))
}

/** `!!int`, `!custom` and their like are allowed, and do nothing. */
function isTag({ code }: YAMLWarning): boolean {
  return code === 'TAG_RESOLVE_FAILED'
}

function openQuote(document: ParsedDocument, offset: number): number {
  let opening = offset
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') && range && range[0] < offset && range[1] >= offset - 1)
        opening = range[0]
    },
  })
  return opening
}

function directivesOf({ range }: ParsedDocument, { text }: SourceText): number | undefined {
  const start = text.slice(0, range[0]).search(/(?<![^\n\r])%/)
  return start < 0 ? undefined : start
}

function isBlank({ contents }: ParsedDocument): boolean {
  return contents?.range[0] === contents?.range[1]
}
