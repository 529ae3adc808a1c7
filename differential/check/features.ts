import type { CheckCase } from './policy-set.ts'

export const ALL_FEATURES: readonly string[] = []

export function featuresOf(_each: CheckCase): readonly string[] {
  return []
}
