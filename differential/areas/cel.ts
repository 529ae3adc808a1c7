import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { answerDifference, type CelAnswer, outcomeText } from '../cel/answer.ts'
import { openCerbosOracle } from '../cel/cerbos-oracle.ts'
import { ALL_FEATURES, type CelCase, generateCase } from '../cel/generate.ts'
import { KNOWN } from '../cel/known.ts'
import { answerOf, honestAnswer } from '../cel/ours.ts'
import { compilerWith, PLANTS } from '../cel/plants.ts'
import { smallerCases } from '../cel/smaller.ts'
import { featuresOf, render } from '../cel/tree.ts'

/** Expressions of conditions and outputs: what compiles, what fails, and the values. */
const AREA: Area<CelCase, CelAnswer> = {
  name: 'cel',
  batchSize: 1000,
  generate: generateCase,
  openOracle: openCerbosOracle,
  ours(plant) {
    if (plant === undefined) return honestAnswer
    const compiler = compilerWith(plant.name)
    return (each) => answerOf(each, compiler)
  },
  difference: answerDifference,
  smaller: smallerCases,
  show: showCase,
  kind: differenceKind,
  features: ({ value, condition }) => [...featuresOf(value), ...featuresOf(condition)],
  allFeatures: ALL_FEATURES,
  isAllow: ({ condition }) => condition === 'ALLOW',
  hasError: ({ value, condition }) => value.kind !== 'value' || condition === 'compile error',
  known: KNOWN,
  plants: PLANTS,
}

export const CEL_AREA: RunnableArea = defineArea(AREA)

function showCase(each: CelCase, ours: CelAnswer, theirs: CelAnswer): string {
  const { value, condition, input } = each
  const [valueText, conditionText] = [render(value), render(condition)]
  const parts = Object.entries(input).filter(([, values]) => Object.keys(values).length > 0)
  return [
    ...(valueText === 'true' ? [] : [`expression: ${valueText}`]),
    ...(conditionText === 'true' ? [] : [`condition: ${conditionText}`]),
    ...parts.map(([part, values]) => `${part}: ${JSON.stringify(values)}`),
    `Cerbos: ${answerText(theirs, conditionText)}`,
    `here: ${answerText(ours, conditionText)}`,
  ].join('\n')
}

function answerText({ value, condition }: CelAnswer, conditionText: string): string {
  return conditionText === 'true' ? outcomeText(value) : `${outcomeText(value)}, ${condition}`
}

/** By what the two sides say where they complain, else by what the expression is about. */
function differenceKind({ value, condition }: CelCase, ours: CelAnswer, theirs: CelAnswer): string {
  const messages = [theirs.value, ours.value].flatMap((each) =>
    each.kind === 'value' ? [] : [outline(each.message)],
  )
  if (messages.length > 0) return messages.join(' / ')
  const tree = render(value) === 'true' ? condition : value
  const features = featuresOf(tree).filter(
    (feature) => !/^(literal|attribute|mistake)/.test(feature),
  )
  return features.slice(0, 2).join(' ')
}

/** A message without what it quotes, but with the names of functions. */
function outline(message: string): string {
  return message
    .replace(/^Invalid expression `.*`: /s, '')
    .replace(/"[^"]*"|\d+/g, '…')
    .slice(0, 120)
}
