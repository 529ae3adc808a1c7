/** Is thrown when Stytch does not answer in time. */
export class StytchTimeout extends Error {
  override readonly name = 'StytchTimeout'
}

const limit = 5000

/** An answer within five seconds: the SDK itself would wait for ten minutes. */
export async function withDeadline<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StytchTimeout('Stytch did not answer in time')), limit)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
