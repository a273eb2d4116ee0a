// What the extension needs and what does not need VS Code, so that it runs under Node in tests.

export const SECTION = "dockerslim";
export const DEFAULT_COMMAND: readonly string[] = ["dockerslim-rewrite", "lsp"];

export interface Launch {
  command: string;
  args: string[];
}

/** Reads the `command` setting; anything but a list of words is the default. */
export function readCommand(value: unknown): Launch {
  const words = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string");
  const [command, ...args] = (words ? value : DEFAULT_COMMAND) as string[];
  return { command, args };
}

/** What the server is told at the start: the settings, and that previews are shown on this side. */
export function initializationOptions(settings: object): object {
  return { ...settings, previews: true };
}

/** The file patterns of Dockerfiles that may not have the language "dockerfile". */
export const PATTERNS: readonly string[] = [
  "**/{Dockerfile,Dockerfile.*,*.Dockerfile}",
  "**/{Containerfile,Containerfile.*,*.Containerfile}",
];
