/** How both sides decide: as the library does by default. */
export const SETTINGS = { strictEvaluation: true, lenientScopeSearch: true } as const
