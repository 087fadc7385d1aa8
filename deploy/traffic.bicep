// The endpoint once more, with all its traffic on one deployment.

@description('Name of the workspace.')
param workspaceName string

@description('Region of the endpoint.')
param location string

@description('Name of the endpoint.')
param endpointName string

@description('The deployment that gets all requests.')
param deploymentName string

@description('How callers sign in.')
param authMode string

@description('When Azure deletes the endpoint, or empty.')
param autoDeletionTime string

@description('Tags of the endpoint.')
param tags object

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
    traffic: {
      '${deploymentName}': 100
    }
  }
}
