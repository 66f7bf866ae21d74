/** The request by which the server asks its client for the texts of the workspace that are not open: `{ uri, text }` each. */
export const workspaceTexts = 'wat/workspaceTexts';
