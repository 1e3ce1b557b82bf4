/** The name of an input in messages: the path that a user gave, or `standard input` for `-`. */
export const inputName = (path: string): string => (path === '-' ? 'standard input' : path)
