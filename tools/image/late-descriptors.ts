/**
 * proto-loader encodes a descriptor of each file, and of each message of each method, as it loads. Only
 * the reflection service reads them. To encode them costs more than all the rest of loading, since
 * protobufjs generates code for every kind of descriptor; so they are encoded where they are read.
 */
const REPLACEMENTS = [
  [
    `const descriptor = require("protobufjs/ext/descriptor");
`,
    `const late = { get descriptor() { return require("protobufjs/ext/descriptor"); } };
`,
  ],
  [
    `    const decodedDescriptorSet = descriptor.FileDescriptorSet.decode(descriptorSet);
`,
    `    const decodedDescriptorSet = late.descriptor.FileDescriptorSet.decode(descriptorSet);
`,
  ],
  [
    `    const decodedDescriptorSet = descriptor.FileDescriptorSet.fromObject(descriptorSet);
`,
    `    const decodedDescriptorSet = late.descriptor.FileDescriptorSet.fromObject(descriptorSet);
`,
  ],
  [
    `    const descriptorList = root.toDescriptor('proto3').file;
    const bufferList = descriptorList.map(value => Buffer.from(descriptor.FileDescriptorProto.encode(value).finish()));
`,
    `    let buffers;
    const bufferList = () => buffers ??= late.descriptor && root.toDescriptor('proto3').file.map(value => Buffer.from(late.descriptor.FileDescriptorProto.encode(value).finish()));
`,
  ],
  [
    `    const messageDescriptor = message.toDescriptor('proto3');
    return {
        format: 'Protocol Buffer 3 DescriptorProto',
        type: messageDescriptor.$type.toObject(messageDescriptor, descriptorOptions),
        fileDescriptorProtos: fileDescriptors,
`,
    `    return {
        format: 'Protocol Buffer 3 DescriptorProto',
        get type() {
            const messageDescriptor = late.descriptor && message.toDescriptor('proto3');
            return messageDescriptor.$type.toObject(messageDescriptor, descriptorOptions);
        },
        get fileDescriptorProtos() { return fileDescriptors(); },
`,
  ],
  [
    `    const enumDescriptor = enumType.toDescriptor('proto3');
    return {
        format: 'Protocol Buffer 3 EnumDescriptorProto',
        type: enumDescriptor.$type.toObject(enumDescriptor, descriptorOptions),
        fileDescriptorProtos: fileDescriptors,
`,
    `    return {
        format: 'Protocol Buffer 3 EnumDescriptorProto',
        get type() {
            const enumDescriptor = late.descriptor && enumType.toDescriptor('proto3');
            return enumDescriptor.$type.toObject(enumDescriptor, descriptorOptions);
        },
        get fileDescriptorProtos() { return fileDescriptors(); },
`,
  ],
] as const;

/** The source of proto-loader's main file, changed; throws where a new version has other lines. */
export function withLateDescriptors(source: string): string {
  let changed = source;
  for (const [from, to] of REPLACEMENTS) {
    if (!changed.includes(from)) throw new Error(`proto-loader no longer has the lines:\n${from}`);
    changed = changed.replace(from, () => to);
  }
  return changed;
}
