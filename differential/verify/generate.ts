import { randomFor } from '../random.ts'
import { generatePolicies } from './generate-policies.ts'
import { generateFixtures, generateSuite } from './generate-suite.ts'
import { MISTAKES, makeMistake } from './mistakes.ts'
import { type Json, TOKEN, type VerifyCase, WAYS } from './verify-case.ts'

/** Every sort of thing that cases try out. */
export const ALL_FEATURES: readonly string[] = [
  ...WAYS.map(({ name }) => `way: ${name}`),
  ...MISTAKES.map(({ name }) => `mistake: ${name}`),
  ...[
    'attributes',
    'owner',
    'now',
    'timeSince',
    'globals',
    'jwt',
    'jwts',
    'error',
    'variable',
    'derived roles',
  ].map((name) => `expression: ${name}`),
  ...['value', 'text', 'null', 'error', 'now', 'ruleActivated', 'conditionNotMet'].map(
    (name) => `output: ${name}`,
  ),
  ...['all', 'any', 'none'].map((name) => `condition: ${name}`),
  ...[
    'scope',
    'OVERRIDE_PARENT',
    'REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS',
    'version',
    'principal',
    'role',
    'schema',
  ].map((name) => `policy: ${name}`),
  ...['EFFECT_ALLOW', 'EFFECT_DENY', 'derived role'].map((name) => `rule: ${name}`),
  ...['scope own', 'scope root', 'scope deeper', 'version', 'beside the suite', 'in the suite'].map(
    (name) => `fixture: ${name}`,
  ),
  ...['suite', 'test'].flatMap((of) =>
    [
      'now',
      'globals',
      'lenientScopeSearch',
      'strictEvaluation',
      'defaultPolicyVersion',
      'defaultScope',
    ].map((name) => `${of} option: ${name}`),
  ),
  ...['skip', 'own group', 'own fixture'].map((name) => `suite: ${name}`),
  ...['aux data', 'skip', 'principal group', 'resource group'].map((name) => `test: ${name}`),
  'expectation: output',
]

/** The case of a seed and an index: policies, fixtures, and one suite. */
export function generateCase(seed: number, index: number): VerifyCase {
  const random = randomFor(seed, index)
  const features = new Set<string>()
  const note = (feature: string): void => {
    features.add(feature)
  }
  const way = random.chance(0.5) ? WAYS[0] : random.pick(WAYS)
  if (way === undefined) throw new Error('there is a way at least')
  note(`way: ${way.name}`)
  const files: Record<string, Json> = {}
  for (const [name, policy] of Object.entries(generatePolicies(random, note))) {
    files[name === 'schema' ? `_schemas/${TOKEN}.json` : `${TOKEN}/${name}.json`] = policy
  }
  const fixtures = generateFixtures(random, note)
  let suite = generateSuite(random, note)
  if (random.chance(0.5)) {
    note('fixture: beside the suite')
    for (const [name, fixture] of Object.entries(fixtures)) {
      files[`${TOKEN}/testdata/${name.toLowerCase()}.json`] = fixture
    }
  } else {
    note('fixture: in the suite')
    suite = { ...fixtures.principals, ...fixtures.resources, ...fixtures.auxData, ...suite }
    // Its own resource stands in for all of the directory.
    suite.resources = { ...Object(fixtures.resources.resources), ...Object(suite.resources) }
    suite.principalGroups = {
      ...Object(fixtures.principals.principalGroups),
      ...Object(suite.principalGroups),
    }
  }
  if (random.chance(0.22)) {
    const mistake = random.pick(MISTAKES)
    note(`mistake: ${mistake.name}`)
    makeMistake(mistake, suite)
  }
  files[`${TOKEN}/suite_test.json`] = suite
  return { files, way, features: [...features] }
}
