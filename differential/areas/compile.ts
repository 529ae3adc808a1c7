import { type Area, defineArea, type RunnableArea } from '../area.ts'
import { answerDifference, type CompileAnswer, findingText } from '../compile/answer.ts'
import { openCerbosOracle } from '../compile/cerbos-oracle.ts'
import type { CompileCase } from '../compile/compile-case.ts'
import { ALL_FEATURES, featuresOf } from '../compile/features.ts'
import { generateCase } from '../compile/generate.ts'
import { KNOWN } from '../compile/known.ts'
import { PLANTS, plantedAnswer } from '../compile/plants.ts'
import { smallerCases } from '../compile/smaller.ts'

/** Policy folders: which compile, and what is wrong with the others. */
const AREA: Area<CompileCase, CompileAnswer> = {
  name: 'compile',
  batchSize: 400,
  generate: generateCase,
  openOracle: openCerbosOracle,
  ours: (plant) => (each) => plantedAnswer(each.files, plant?.name),
  difference: answerDifference,
  smaller: smallerCases,
  show: showCase,
  kind: differenceKind,
  triesPerRound: 24,
  features: featuresOf,
  allFeatures: ALL_FEATURES,
  isAllow: ({ findings }) => findings.length === 0,
  hasError: ({ findings }) => findings.length > 0,
  known: KNOWN,
  plants: PLANTS,
}

export const COMPILE_AREA: RunnableArea = defineArea(AREA)

function showCase({ files }: CompileCase, ours: CompileAnswer, theirs: CompileAnswer): string {
  return [
    ...files.map(({ path, text }) => `-- ${path} --\n${text.replaceAll('\r', '\\r')}`),
    ...theirs.findings.map((finding) => `Cerbos: ${findingText(finding)}`),
    ...ours.findings.map((finding) => `here:   ${findingText(finding)}`),
  ].join('\n')
}

/** By the findings that only one side has, without what they quote. */
function differenceKind(_: CompileCase, ours: CompileAnswer, theirs: CompileAnswer): string {
  const only = (from: CompileAnswer, other: CompileAnswer): string[] => {
    const texts = new Set(other.findings.map(findingText))
    const findings = from.findings.filter((finding) => !texts.has(findingText(finding)))
    return [...new Set(findings.map(({ kind, text }) => `${kind} ${outline(text)}`))].sort()
  }
  return `${only(ours, theirs).slice(0, 2).join('; ')} / ${only(theirs, ours).slice(0, 2).join('; ')}`
}

function outline(text: string): string {
  return text.replace(/"[^"]*"|'[^']*'|`[^`]*`|\d+|\w+Policy[\w.[\]]*/g, '…').slice(0, 60)
}
