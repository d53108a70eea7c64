// The page in the stack: nobody's but the lake's readers, unless CloudFront is asked for; then site/ alone, to one distribution.
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { readContextWords } from '../../lib/stacks/context-words.ts';
import {
  appWithoutBundles,
  LAKE,
  ofTypeIn,
  readable,
  type Synthesised,
  stackOf,
  statementsOf,
  synthesised,
} from './stack-case.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const lakePolicy = ({ ofType }: Pick<Synthesised, 'ofType'>) =>
  ofType('AWS::S3::BucketPolicy')
    .filter(([id]) => id.includes('Lake'))
    .flatMap(([, policy]) => statementsOf(policy));

test('by default nothing serves it, and nobody may read the lake by its policy', async () => {
  const stack = await synthesised();
  expect(stack.ofType('AWS::CloudFront::Distribution')).toEqual([]);
  expect(lakePolicy(stack).filter(({ Effect }) => Effect === 'Allow')).toEqual([]);
  expect(Object.keys(stack.template.findOutputs('*'))).not.toContain('Page');
});

describe('by CloudFront', () => {
  test('it is site/ of the lake, over HTTPS, with the headers of the page, and its address is an output', async () => {
    const stack = await synthesised({ cloudFrontPage: true });
    const [[id = '', distribution] = []] = stack.ofType('AWS::CloudFront::Distribution');
    const { DistributionConfig: config } = readable(distribution?.Properties) as {
      DistributionConfig: Record<string, unknown> & { Origins: Record<string, unknown>[] };
    };
    expect(config).toMatchObject({
      Enabled: true,
      DefaultRootObject: 'index.html',
      PriceClass: 'PriceClass_100',
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'https-only' },
    });
    expect(config.Origins).toEqual([
      {
        Id: expect.any(String),
        DomainName: '<BucketsLake.RegionalDomainName>',
        OriginPath: '/site',
        OriginAccessControlId: '<PageAccess.Id>',
        S3OriginConfig: { OriginAccessIdentity: '' },
      },
    ]);
    expect(stack.ofType('AWS::CloudFront::OriginAccessControl')[0]?.[1].Properties).toMatchObject({
      OriginAccessControlConfig: {
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    });
    stack.template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { ContentSecurityPolicy: POLICY, Override: true },
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: 'DENY', Override: true },
          ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
          StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: true },
        },
      },
    });
    expect(stack.template.findOutputs('Page')).toEqual({
      Page: { Value: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [id, 'DomainName'] }]] } },
    });
  });

  test('this distribution alone may read, and neither tables nor the pages behind links', async () => {
    const stack = await synthesised({ cloudFrontPage: true });
    expect(lakePolicy(stack).filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Sid: 'PageByCloudFront',
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: 's3:GetObject',
        Resource: ['index.html', 'data/*', 'app-*', 'charts-*'].map((names) => `${LAKE}/site/${names}`),
        Condition: {
          StringEquals: {
            'aws:SourceArn':
              'arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<PageDistribution>',
          },
        },
      },
    ]);
    for (const [, { Properties }] of stack.ofType('AWS::S3::Bucket'))
      expect(Properties.PublicAccessBlockConfiguration).toMatchObject({ BlockPublicPolicy: true });
  });

  test("a key of the same app lets CloudFront decrypt for the account's distributions, and only then", async () => {
    const statements = async (cloudFrontPage: boolean) => {
      const app = appWithoutBundles();
      const keys = new Stack(app, 'Keys');
      await stackOf(app, {
        encryptionKey: new Key(keys, 'Key', { enableKeyRotation: true }),
        cloudFrontPage,
      });
      const [[, key] = []] = ofTypeIn(Template.fromStack(keys))('AWS::KMS::Key');
      const { Statement } = readable(key?.Properties.KeyPolicy) as { Statement: Record<string, unknown>[] };
      return Statement.filter(({ Sid }) => Sid === 'PageByCloudFront');
    };
    expect(await statements(false)).toEqual([]);
    expect(await statements(true)).toEqual([
      {
        Sid: 'PageByCloudFront',
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/*' },
        },
      },
    ]);
  });

  test.each([{}, { encryptionKey: KEY }, { accessLogsBucket: 'logs' }])(
    'cdk-nag has nothing to say that is not answered with a reason, with %j',
    async (props) => {
      const app = appWithoutBundles();
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      await stackOf(app, { cloudFrontPage: true, ...props });
      expect(app.synth().stacks).toHaveLength(1);
    },
  );

  test('is asked for by a word', () => {
    expect(readContextWords({ cloudFrontPage: 'true' }).properties).toEqual({ cloudFrontPage: true });
    expect(readContextWords({ cloudFrontPage: 'false' }).properties).toEqual({ cloudFrontPage: false });
    expect(() => readContextWords({ cloudFrontPage: 'yes' })).toThrow(
      '"-c cloudFrontPage=yes": use true or false',
    );
  });
});
