/** How long a call to Stytch may take altogether, and how often it is tried. */
export interface TryLimits {
  /** Milliseconds for all tries. */
  readonly deadline: number
  readonly tries: number
}

/** No try answered in time. */
export class OutOfTries extends Error {
  readonly tries: number

  constructor(tries: number, cause: Error | undefined) {
    super(`no answer after ${tries} tries`, cause && { cause })
    this.name = 'OutOfTries'
    this.tries = tries
  }
}

/**
 * Calls until one call answers, for calls that are safe to repeat. A try that fails is followed by
 * the next after a short random wait; one that is only slow is joined by the next, and the first
 * answer counts, because the SDK's calls cannot be aborted. An error that `isFinal` is an answer.
 */
export function withTries<T>(
  call: (signal: AbortSignal) => Promise<T>,
  isFinal: (error: unknown) => boolean,
  { deadline, tries }: TryLimits,
): Promise<T> {
  const { promise, resolve, reject } = deferred<T>()
  const controller = new AbortController()
  let started = 0
  let failed = 0
  let done = false
  let lastError: Error | undefined
  let nextTry: ReturnType<typeof setTimeout> | undefined

  const finish = (settle: () => void): void => {
    if (done) return
    done = true
    clearTimeout(nextTry)
    clearTimeout(late)
    settle()
    controller.abort()
  }
  const giveUp = (): void => finish(() => reject(new OutOfTries(started, lastError)))
  const tryAfter = (milliseconds: number): void => {
    clearTimeout(nextTry)
    nextTry = setTimeout(start, milliseconds)
  }
  const onError = (error: unknown): void => {
    if (done) return
    if (isFinal(error)) {
      finish(() => reject(error))
      return
    }
    failed += 1
    lastError = error instanceof Error ? error : new Error('no error object')
    if (started < tries) tryAfter(Math.random() * 100 * 2 ** failed)
    if (failed === tries) giveUp()
  }
  const start = (): void => {
    started += 1
    if (started < tries) tryAfter(deadline / tries)
    invoke(call, controller.signal).then((value) => finish(() => resolve(value)), onError)
  }

  const late = setTimeout(giveUp, deadline)
  start()
  return promise
}

async function invoke<T>(
  call: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return await call(signal)
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  if (settle === undefined) throw new Error('a promise runs its executor at once')
  return { promise, ...settle }
}
