/** The number of lines in a text, each of which ends in a newline. */
export const countLines = (text: string): number => text.split('\n').length - 1
