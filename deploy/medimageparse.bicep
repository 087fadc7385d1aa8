// A MedImageParse endpoint in a workspace that exists already. What is created costs money by the
// hour until the endpoint is deleted. medimageparse.json is the same template for Azure's REST API.

targetScope = 'resourceGroup'

@description('Name of the Azure Machine Learning workspace or Foundry project.')
param workspaceName string

@description('Region; that of the workspace.')
param location string = resourceGroup().location

@description('Name of the endpoint, unique in the region: 3 to 32 letters, digits and single dashes.')
@minLength(3)
@maxLength(32)
param endpointName string

@description('Name of the deployment behind the endpoint.')
@minLength(3)
@maxLength(32)
param deploymentName string = 'medimageparse-v17'

@description('The model in the registry.')
param modelId string = 'azureml://registries/azureml/models/MedImageParse/versions/17'

@description('Machine size; the list is what the model card allows.')
@allowed([
  'Standard_NC24ads_A100_v4'
  'Standard_NC48ads_A100_v4'
  'Standard_NC96ads_A100_v4'
  'Standard_ND96asr_v4'
  'Standard_ND96amsr_A100_v4'
  'Standard_ND40rs_v2'
  'Standard_NC40ads_H100_v5'
  'Standard_NC80adis_H100_v5'
  'Standard_ND96isr_H100_v5'
])
param instanceType string = 'Standard_NC40ads_H100_v5'

@description('Number of machines.')
@minValue(1)
@maxValue(50)
param instanceCount int = 1

@description('Requests that one machine works on at once; as many workers are started.')
@minValue(1)
@maxValue(64)
param maxConcurrentRequests int = 8

@description('How long one request may take, in ISO 8601; Azure allows 3 minutes at most.')
param requestTimeout string = 'PT1M30S'

@description('How callers sign in: with a key of the endpoint, or as themselves with Microsoft Entra.')
@allowed([
  'Key'
  'AADToken'
])
param authMode string = 'Key'

@description('Only for shared quota: when Azure deletes the endpoint, in RFC 1123; empty for own quota.')
param autoDeletionTime string = ''

@description('Object ids in Microsoft Entra of those who may score.')
param scoringPrincipals array = []

// Loading the model takes about ten minutes; probes before that would end the container.
var probeDelay = 'PT10M'

// AzureML Data Scientist: the built-in role with onlineEndpoints/score/action.
var scoringRole = 'f6c7c914-8db3-469d-8ca1-694a8f32e121'

var tags = {
  Model: modelId
  DeployedBy: 'MedImageParse Workbench'
}

resource workspace 'Microsoft.MachineLearningServices/workspaces@2024-10-01' existing = {
  name: workspaceName
}

resource endpoint 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-10-01' = {
  parent: workspace
  name: endpointName
  location: location
  kind: 'Managed'
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    authMode: authMode
    publicNetworkAccess: 'Enabled'
    properties: empty(autoDeletionTime) ? {} : {
      SharedComputeCapacityEnabled: 'true'
      TargetAutoDeletionTime: autoDeletionTime
    }
  }
}

resource deployment 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments@2024-10-01' = {
  parent: endpoint
  name: deploymentName
  location: location
  kind: 'Managed'
  tags: tags
  sku: {
    name: 'Default'
    tier: 'Standard'
    capacity: instanceCount
  }
  properties: {
    endpointComputeType: 'Managed'
    model: modelId
    instanceType: instanceType
    // Nothing of a request goes into Application Insights.
    appInsightsEnabled: false
    scaleSettings: {
      scaleType: 'Default'
    }
    requestSettings: {
      requestTimeout: requestTimeout
      maxConcurrentRequestsPerInstance: maxConcurrentRequests
    }
    environmentVariables: {
      WORKER_COUNT: string(maxConcurrentRequests)
    }
    livenessProbe: {
      initialDelay: probeDelay
    }
    readinessProbe: {
      initialDelay: probeDelay
    }
  }
}

// Traffic can only be set once the deployment is there: the endpoint is written a second time.
module traffic 'traffic.bicep' = {
  name: '${endpointName}-traffic'
  params: {
    workspaceName: workspaceName
    location: location
    endpointName: endpointName
    deploymentName: deploymentName
    authMode: authMode
    autoDeletionTime: autoDeletionTime
    tags: tags
  }
  dependsOn: [
    deployment
  ]
}

resource grants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principal in scoringPrincipals: {
  name: guid(toLower(endpoint.id), principal, scoringRole)
  scope: endpoint
  properties: {
    principalId: principal
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', scoringRole)
  }
}]

@description('Azure resource id of the endpoint: MIP_RESOURCE_ID.')
output endpointId string = endpoint.id

@description('Where requests go: MIP_ENDPOINT.')
output scoringUri string = endpoint.properties.scoringUri
