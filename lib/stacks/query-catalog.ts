// For readers in AWS: a Glue database with a Delta table for every dataset and insight, and an Athena workgroup.
// Athena reads columns and files from the Delta log; the columns here are for people and for other readers of the catalog.
import { Aws } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { currentTable } from '../core/built-in.ts';
import type { Catalog } from '../core/catalog.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { QUERY_RESULTS } from './buckets.ts';
import { glueType } from './glue-type.ts';
import type { SluiceOptions } from './sluice-props.ts';

type Described = { readonly table: TableRef; readonly description?: string | undefined };

export class QueryCatalog extends Construct {
  readonly databaseName: string;
  readonly workGroupName: string;

  constructor(scope: Construct, options: SluiceOptions, lake: IBucket, encryptionKey: IKey | undefined) {
    super(scope, 'QueryCatalog');
    const { stage, definitions, scanLimitBytes } = options;
    this.databaseName = `sluice_${stage.replaceAll('-', '_')}`;
    this.workGroupName = `sluice-${stage}`;
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.databaseName, description: `Sluice, stage ${stage}` },
    });
    for (const described of readable(definitions.catalog))
      this.table(definitions.catalog, described, lake).addResourceDependency(database);
    new CfnWorkGroup(this, 'WorkGroup', {
      name: this.workGroupName,
      description: `Queries of the Sluice lake, stage ${stage}`,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimitBytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${lake.bucketName}/${QUERY_RESULTS}/`,
          encryptionConfiguration:
            encryptionKey === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
        },
      },
    });
  }

  private table(catalog: Catalog, { table, description }: Described, lake: IBucket): CfnTable {
    const location = `s3://${lake.bucketName}/${tablePrefix(table)}/`;
    return new CfnTable(this, `${table.kind}-${table.name}`, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.databaseName,
      tableInput: {
        name: table.name.toLowerCase(),
        ...(description === undefined ? {} : { description: description.slice(0, 2048) }),
        tableType: 'EXTERNAL_TABLE',
        // As Athena's own DDL and Glue's crawler write them for native Delta tables.
        parameters: { EXTERNAL: 'TRUE', table_type: 'DELTA', 'spark.sql.sources.provider': 'delta' },
        partitionKeys: [],
        storageDescriptor: {
          location,
          columns: catalog.columnsOf(table).map((column) => ({
            name: column.name.toLowerCase(),
            type: glueType(column.type),
            // Glue allows 255 characters.
            ...(column.description === undefined ? {} : { comment: column.description.slice(0, 255) }),
          })),
          inputFormat: 'org.apache.hadoop.mapred.SequenceFileInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat',
          serdeInfo: {
            serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            parameters: { path: location, 'serialization.format': '1' },
          },
        },
      },
    });
  }
}

/** What people query: `tables` and `insights`. The arrivals of an upsert dataset are internal. */
function readable({ datasets, derivations }: Catalog): Described[] {
  const own = datasets.map((dataset) => ({
    table: currentTable(dataset),
    description: dataset.description,
  }));
  return [
    ...own,
    ...derivations
      .filter(({ target }) => !own.some(({ table }) => sameTable(table, target)))
      .map(({ target, description }) => ({ table: target, description })),
  ];
}
