import { StytchFailure } from './errors.ts'

/** How strong a password is, in the words of the API. */
export interface PasswordStrength {
  /** Whether it may be chosen. */
  readonly valid_password: boolean
  /** 0 to 4; it takes 3. */
  readonly score: number
  readonly breached_password: boolean
  readonly strength_policy: 'zxcvbn'
  readonly breach_detection_on_create: boolean
  readonly zxcvbn_feedback: { readonly warning: string; readonly suggestions: readonly string[] }
}

/** The longest text that is looked at: the time it takes grows with it. */
const longest = 128

/**
 * How strong a password is. Stytch asks a service whether it is known from breaches; here those are
 * known that stand among the common passwords of zxcvbn's dictionary.
 */
export async function passwordStrength(
  password: string,
  emailAddress?: string,
): Promise<PasswordStrength> {
  const { score, feedback, sequence } = (await loadChecker()).check(
    password.slice(0, longest),
    emailAddress === undefined ? [] : [emailAddress, ...emailAddress.split(/[@.]/)],
  )
  const [whole] = sequence
  const breached_password =
    sequence.length === 1 && String(whole?.dictionaryName).startsWith('passwords')
  return {
    valid_password: score >= 3 && !breached_password,
    score,
    breached_password,
    strength_policy: 'zxcvbn',
    breach_detection_on_create: true,
    zxcvbn_feedback: { warning: feedback.warning ?? '', suggestions: feedback.suggestions },
  }
}

/** Refuses a password that may not be chosen. */
export function assertStrong({ valid_password, breached_password }: PasswordStrength): void {
  if (breached_password) throw new StytchFailure('breached_password')
  if (!valid_password) throw new StytchFailure('weak_password')
}

type Checker = InstanceType<typeof import('@zxcvbn-ts/core')['ZxcvbnFactory']>

let checker: Promise<Checker> | undefined

/** Its dictionaries take a tenth of a second to load: only whoever uses passwords waits for it. */
function loadChecker(): Promise<Checker> {
  checker ??= (async () => {
    const [{ ZxcvbnFactory }, common, english] = await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
      import('@zxcvbn-ts/language-en'),
    ])
    return new ZxcvbnFactory({
      dictionary: { ...common.dictionary, ...english.dictionary },
      graphs: common.adjacencyGraphs,
      translations: english.translations,
    })
  })()
  return checker
}
