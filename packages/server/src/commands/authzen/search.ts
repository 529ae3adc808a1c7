import type { AuxData } from '@lockstitch/engine'

import type { Candidate, CandidateSource } from '../../candidates/candidate-source.ts'
import { CommandError } from '../../errors.ts'
import type { Pdp } from '../../pdp.ts'
import {
  SEARCH_ACTION_REQUEST,
  SEARCH_ACTION_RESPONSE,
  SEARCH_RESOURCE_REQUEST,
  SEARCH_RESPONSE,
  SEARCH_SUBJECT_REQUEST,
} from '../../wire/authzen-messages.ts'
import type { Message } from '../../wire/schema.ts'
import { callOptions } from '../check-resources.ts'
import { type Call, type Command, command } from '../command.ts'
import { checked } from '../decided.ts'
import { nextPage, type PageMessage, readPage } from './page.ts'
import {
  claimsFor,
  type Entity,
  type Evaluation,
  optionsOf,
  principalOf,
  resourceOf,
} from './question.ts'

const SERVICE = 'authzen.authorization.v1.SearchService'

type Searched = Omit<Entity, 'id'>
type SearchBase = Omit<Evaluation, 'subject' | 'resource'> & { readonly page?: PageMessage }

/** AuthZEN: which actions may a subject do to a resource, of those that the policies name? */
export const SEARCH_ACTION: Command = command<
  Omit<Evaluation, 'action'> & { readonly page?: PageMessage }
>({
  method: `${SERVICE}/ActionSearch`,
  request: SEARCH_ACTION_REQUEST,
  response: SEARCH_ACTION_RESPONSE,
  async run(pdp, { subject, resource, context, page }, call) {
    const { after, limit } = readPage(page)
    const actions = pdp.engine
      .actionsOf(resource.type)
      .filter((action) => after === undefined || action > after)
    const found: string[] = []
    if (actions.length > 0) {
      const allowed = await checker(pdp, context, call)
      const [effects] = await allowed([{ subject, resource, actions }])
      found.push(...actions.filter((_, index) => effects?.[index]))
    }
    const results = found.slice(0, limit).map((name) => ({ name }))
    return {
      results,
      ...nextPage(page, results.length, found.length > limit && results.at(-1)?.name),
    }
  },
})

/** AuthZEN: which subjects may do this to a resource? */
export const SEARCH_SUBJECT: Command = command<
  SearchBase & { readonly subject: Searched; readonly resource: Entity }
>({
  method: `${SERVICE}/SubjectSearch`,
  request: SEARCH_SUBJECT_REQUEST,
  response: SEARCH_RESPONSE,
  run: (pdp, { subject, resource, ...rest }, call) =>
    search(pdp, pdp.candidates.subjects, { ...rest, searched: subject }, call, (found) => {
      return { subject: found, resource }
    }),
})

/** AuthZEN: which resources may a subject do this to? */
export const SEARCH_RESOURCE: Command = command<
  SearchBase & { readonly subject: Entity; readonly resource: Searched }
>({
  method: `${SERVICE}/ResourceSearch`,
  request: SEARCH_RESOURCE_REQUEST,
  response: SEARCH_RESPONSE,
  run: (pdp, { subject, resource, ...rest }, call) =>
    search(pdp, pdp.candidates.resources, { ...rest, searched: resource }, call, (found) => {
      return { subject, resource: found }
    }),
})

/** How many candidates are asked about at once, which is how long the server does nothing else. */
const STEP = 200

async function search(
  pdp: Pdp,
  source: CandidateSource | undefined,
  { searched, action, context, page }: SearchBase & { readonly searched: Searched },
  call: Call,
  questionOf: (found: Entity) => Pick<Evaluation, 'subject' | 'resource'>,
): Promise<Message> {
  if (source === undefined)
    throw new CommandError('unimplemented', 'there is no source of candidates to search')
  const { type } = searched
  const { after, limit } = readPage(page)
  const allowed = await checker(pdp, context, call)
  const ids: string[] = []
  for await (const candidates of candidatesOf(source, type, after)) {
    const questions = candidates.map(({ id, properties }) => {
      const found = { type, id, properties: { ...searched.properties, ...properties } }
      return { ...questionOf(found), actions: [action.name], properties: action.properties }
    })
    const effects = await allowed(questions)
    ids.push(...candidates.filter((_, index) => effects[index]?.[0]).map(({ id }) => id))
    // One more than wanted shows that there are more.
    if (ids.length > limit) break
  }
  const results = ids.slice(0, limit).map((id) => ({ type, id }))
  return { results, ...nextPage(page, results.length, ids.length > limit && results.at(-1)?.id) }
}

async function* candidatesOf(
  source: CandidateSource,
  type: string,
  start: string | undefined,
): AsyncGenerator<readonly Candidate[]> {
  let after = start
  for (;;) {
    const candidates = await source.find({
      type,
      limit: STEP,
      ...(after !== undefined && { after }),
    })
    if (candidates.length === 0) return
    yield candidates
    if (candidates.length < STEP) return
    const last = candidates.at(-1)?.id
    // A source that does not go on would never end.
    if (last === undefined || (after !== undefined && last <= after))
      throw new Error('a source of candidates must answer in the order of the ids')
    after = last
  }
}

interface Question extends Pick<Evaluation, 'subject' | 'resource'> {
  readonly actions: readonly string[]
  /** Of the action. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined
}

/** Asks the engine: which of the actions of each question are allowed. */
async function checker(
  pdp: Pdp,
  context: Evaluation['context'],
  call: Call,
): Promise<(questions: readonly Question[]) => Promise<readonly (readonly boolean[])[]>> {
  const options = optionsOf(context)
  const auxData: AuxData | undefined = await claimsFor(pdp, options)
  const { requestId } = options
  return async (questions) => {
    const inputs = questions.map(({ subject, resource, actions, properties }) => ({
      principal: principalOf(subject),
      resource: resourceOf(resource, { name: '', ...(properties && { properties }) }),
      actions,
      auxData,
      requestId,
    }))
    const outputs = await checked(pdp, call, inputs.length, () =>
      pdp.engine.checkMany(inputs, callOptions(call)),
    )
    return questions.map(({ actions }, index) =>
      actions.map((action) => outputs[index]?.actions.get(action)?.effect === 'EFFECT_ALLOW'),
    )
  }
}
