import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { answerDifference, answerText, type CelAnswer } from '../cel/answer.ts'
import { openCerbosOracle } from '../cel/cerbos-oracle.ts'
import { ALL_FEATURES, type CelCase, generateCase } from '../cel/generate.ts'
import { KNOWN } from '../cel/known.ts'
import { answerOf, honestCompiler } from '../cel/ours.ts'
import { compilerWith, PLANTS } from '../cel/plants.ts'
import { smallerCases } from '../cel/smaller.ts'
import { featuresOf, render } from '../cel/tree.ts'

/** Expressions of conditions and outputs: what compiles, what fails, and the values. */
const AREA: Area<CelCase, CelAnswer> = {
  name: 'cel',
  batchSize: 500,
  generate: generateCase,
  openOracle: openCerbosOracle,
  ours(plant) {
    const compiler = plant === undefined ? honestCompiler() : compilerWith(plant.name)
    return (each) => answerOf(each, compiler)
  },
  difference: answerDifference,
  smaller: smallerCases,
  show: showCase,
  kind: differenceKind,
  features: ({ tree }) => featuresOf(tree),
  allFeatures: ALL_FEATURES,
  isAllow: (answer) => answer.kind === 'value' && answer.allows,
  hasError: (answer) => answer.kind !== 'value',
  known: KNOWN,
  plants: PLANTS,
}

export const CEL_AREA: RunnableArea = defineArea(AREA)

function showCase({ tree, input }: CelCase, ours: CelAnswer, theirs: CelAnswer): string {
  const parts = Object.entries(input).filter(([, values]) => Object.keys(values).length > 0)
  return [
    `expression: ${render(tree)}`,
    ...parts.map(([part, values]) => `${part}: ${JSON.stringify(values)}`),
    `Cerbos: ${answerText(theirs)}`,
    `here: ${answerText(ours)}`,
  ].join('\n')
}

/** By what the two sides say where they complain, else by what the expression is about. */
function differenceKind({ tree }: CelCase, ours: CelAnswer, theirs: CelAnswer): string {
  const messages = [theirs, ours].flatMap((each) =>
    each.kind === 'value' ? [] : [outline(each.message)],
  )
  const isAboutValues = messages.length === 0
  const features = featuresOf(tree).filter(
    (feature) => !/^(literal|attribute|mistake)/.test(feature),
  )
  return isAboutValues ? features.slice(0, 2).join(' ') : messages.join(' / ')
}

/** A message without what it quotes, but with the names of functions. */
function outline(message: string): string {
  return message
    .replace(/^Invalid expression `.*`: /s, '')
    .replace(/"[^"]*"|\d+/g, '…')
    .slice(0, 120)
}
