/** The attributes of the suite's documents, as a mapping for Prisma has them; lists and JSON in columns are in none. */
export function prismaAttributes(memberModel: string) {
  const members = { relation: 'members', model: memberModel } as const
  return {
    title: { field: 'title' },
    owner: { field: 'owner', null: 'missing' },
    team: { field: 'team', null: 'null' },
    n: { field: 'n', null: 'missing' },
    level: { field: 'level', null: 'null' },
    count: { field: 'count' },
    flag: { field: 'flag', null: 'missing' },
    at: { field: 'at', null: 'missing' },
    members: {
      ...members,
      element: {
        name: { field: 'name', null: 'missing' },
        role: { field: 'role' },
        age: { field: 'age', null: 'null' },
      },
    },
    roles: { ...members, element: { field: 'role' } },
  } as const
}
