import { EFFECT, OUTPUT_ENTRY } from './messages.ts'
import { choice, type EnumType, list, type MessageType, messageType, one } from './schema.ts'

/** What became of policy tests, without the traces of Cerbos's engine. */

const RESULTS = 'cerbos.policy.v1.TestResults'

const RESULT: EnumType = {
  name: `${RESULTS}.Result`,
  values: {
    RESULT_UNSPECIFIED: 0,
    RESULT_SKIPPED: 1,
    RESULT_PASSED: 2,
    RESULT_FAILED: 3,
    RESULT_ERRORED: 4,
  },
}

const OUTCOME = { oneof: 'outcome' } as const
const OUTPUT = `${RESULTS}.OutputFailure`

const OUTPUT_FAILURE = messageType(OUTPUT, {
  src: one(1, 'string'),
  mismatched: one(
    2,
    messageType(`${OUTPUT}.MismatchedValue`, {
      expected: one(1, 'value'),
      actual: one(2, 'value'),
    }),
    OUTCOME,
  ),
  missing: one(3, messageType(`${OUTPUT}.MissingValue`, { expected: one(1, 'value') }), OUTCOME),
  errored: one(
    4,
    messageType(`${OUTPUT}.EvaluationError`, {
      expected: one(1, 'value'),
      error: one(2, 'string'),
    }),
    OUTCOME,
  ),
})

const DETAILS = messageType(`${RESULTS}.Details`, {
  result: choice(1, RESULT),
  failure: one(
    2,
    messageType(`${RESULTS}.Failure`, {
      expected: choice(1, EFFECT),
      actual: choice(2, EFFECT),
      outputs: list(3, OUTPUT_FAILURE),
    }),
    OUTCOME,
  ),
  error: one(3, 'string', OUTCOME),
  success: one(
    5,
    messageType(`${RESULTS}.Success`, {
      effect: choice(1, EFFECT),
      outputs: list(2, OUTPUT_ENTRY),
    }),
    OUTCOME,
  ),
  skipReason: one(6, 'string', OUTCOME),
})

const PRINCIPAL = messageType(`${RESULTS}.Principal`, {
  name: one(1, 'string'),
  resources: list(
    2,
    messageType(`${RESULTS}.Resource`, {
      name: one(1, 'string'),
      actions: list(
        2,
        messageType(`${RESULTS}.Action`, { name: one(1, 'string'), details: one(2, DETAILS) }),
      ),
    }),
  ),
})

const SUMMARY = messageType(`${RESULTS}.Summary`, {
  overallResult: choice(1, RESULT),
  testsCount: one(2, 'uint32'),
  resultCounts: list(
    3,
    messageType(`${RESULTS}.Tally`, { result: choice(1, RESULT), count: one(2, 'uint32') }),
  ),
})

export const TEST_RESULTS: MessageType = messageType(RESULTS, {
  suites: list(
    1,
    messageType(`${RESULTS}.Suite`, {
      file: one(1, 'string'),
      name: one(2, 'string'),
      principals: list(3, PRINCIPAL),
      summary: one(4, SUMMARY),
      error: one(5, 'string'),
      testCases: list(
        6,
        messageType(`${RESULTS}.TestCase`, {
          name: one(1, 'string'),
          principals: list(2, PRINCIPAL),
        }),
      ),
      description: one(7, 'string'),
      skipReason: one(8, 'string'),
    }),
  ),
  summary: one(2, SUMMARY),
})
