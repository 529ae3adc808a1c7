// Properties draw their cases from one seed, so that a run that passed passes again and a failure can
// be shown to someone else. `PROPERTY_SEED=random npm test` looks elsewhere; a failure names its seed.
import fc from 'fast-check'

const asked = process.env.PROPERTY_SEED
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 1) })
