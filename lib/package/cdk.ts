// What programs import as `sluice/cdk`: the construct, and what a CDK app needs around it.
export { synthSluice } from '../stacks/app.ts';
export { type Definitions, loadDefinitions } from '../stacks/definitions.ts';
export { fetchBinding, type Platform } from '../stacks/native-binding.ts';
export { fetchNode } from '../stacks/node-binary.ts';
export { Sluice } from '../stacks/sluice.ts';
export type { SluiceProps } from '../stacks/sluice-props.ts';
export { SluiceStack, type SluiceStackProps } from '../stacks/sluice-stack.ts';
