// The lake's page by CloudFront, if that is asked for: site/ of the lake bucket and nothing else, over HTTPS, read by this distribution
// alone. Who may look is decided in front of it, by the company's own sign-in: see docs/page.md.
import { Aws, Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SERVED_POLICY } from '../core/web-file.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** The page's files, without site/links/, which signed links alone lead to. */
const SERVED = ['index.html', 'data/*', 'app-*', 'charts-*'];

export class PageDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, { stage }: Pick<SluiceOptions, 'stage'>, lake: IBucket) {
    super(scope, 'Page');
    const access = new S3OriginAccessControl(this, 'Access');
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Sluice, stage ${stage}: the page`,
      defaultRootObject: 'index.html',
      priceClass: PriceClass.PRICE_CLASS_100,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        // Not S3BucketOrigin.withOriginAccessControl, whose policy opens the whole bucket.
        origin: S3BucketOrigin.withBucketDefaults(lake, {
          originPath: '/site',
          originAccessControlId: access.originAccessControlId,
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        responseHeadersPolicy: this.headers(),
      },
    });
    lake.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PageByCloudFront',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: SERVED.map((names) => lake.arnForObjects(`site/${names}`)),
        conditions: { StringEquals: { 'aws:SourceArn': this.arn() } },
      }),
    );
    this.acknowledge();
  }

  private arn(): string {
    const resourceName = this.distribution.distributionId;
    return Stack.of(this).formatArn({
      service: 'cloudfront',
      region: '',
      resource: 'distribution',
      resourceName,
    });
  }

  private headers(): ResponseHeadersPolicy {
    const override = true;
    return new ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: SERVED_POLICY, override },
        contentTypeOptions: { override },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override },
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'Cross-Origin-Resource-Policy', value: 'same-origin', override }],
      },
    });
  }

  private acknowledge(): void {
    const elsewhere = 'docs/page.md says how a company puts its own in front of the distribution.';
    for (const [id, reason] of [
      [
        'AwsSolutions-CFR1',
        `From which countries a company looks at its numbers, only it knows. ${elsewhere}`,
      ],
      ['AwsSolutions-CFR2', `Sign-in and firewall are the company's. ${elsewhere}`],
      ['AwsSolutions-CFR3', 'Access logs need another bucket; the property distribution takes them.'],
      [
        'AwsSolutions-CFR4',
        `Without a domain of its own a distribution has CloudFront's certificate. ${elsewhere}`,
      ],
    ] as const)
      Validations.of(this.distribution).acknowledge({ id, reason });
  }
}

/** Any distribution of the account: the key may be in a stack that this one depends on. The bucket's policy says which one. */
export function distributionsOfAccount(): string {
  return `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*`;
}
